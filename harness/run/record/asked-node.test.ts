import { expect, test } from 'vitest';
import { PLAN } from '../oracles/testing/written-history.contract.ts';
import { askedNode } from './asked-node.ts';

test.each([
  ['the node that it says', { name: 'codex_status', node: 'room' }, { node: 'room' }],
  ['that one also when it bears the name of another', { name: 'desktop', node: 'room' }, { node: 'room' }],
  ['the node whose name it bears', { name: 'desktop' }, { node: 'desktop' }],
  ['none for a node that its name only mentions', { name: 'the desktop answers' }, {}],
  ['none for a name that is longer', { name: 'desktop-2' }, {}],
])('a probe asks %s', (_what, asker, asked) => {
  expect(askedNode(asker, PLAN.topology)).toEqual(asked);
});
