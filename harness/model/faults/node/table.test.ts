// The table and the files of this folder say the same, and what each fault says of itself is consistent.
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { aboutNodeFault, holdsOf, type NodeFault } from '../node-fault.ts';
import { NODE_FAULTS, nodeFaultSchema } from './table.ts';

const EXAMPLES: readonly (readonly [string, NodeFault])[] = Object.values(NODE_FAULTS).flatMap(({ examples }) =>
  Object.entries<NodeFault>(examples),
);

test('every file of a node fault has its line, and every line its file', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts'));
  const others = ['entry', 'table'];
  expect(
    files
      .map((file) => basename(file, '.ts'))
      .filter((name) => !others.includes(name))
      .toSorted(),
  ).toEqual(Object.keys(NODE_FAULTS).toSorted());
});

test.each(Object.entries(NODE_FAULTS))('%s has an example, and its examples are its own', (kind, { examples }) => {
  expect(new Set(Object.values<NodeFault>(examples).map((fault) => fault.kind))).toEqual(new Set([kind]));
});

test.each(EXAMPLES)('%s is a fault at any speed', (_row, fault) => {
  expect(nodeFaultSchema.parse(fault)).toStrictEqual(fault);
  const about = aboutNodeFault(fault);
  expect(about.atSpeed(fault, (ms) => ms)).toEqual(fault);
  expect(nodeFaultSchema.parse(about.atSpeed(fault, (ms) => ms / 10)).kind).toBe(fault.kind);
});

test.each(EXAMPLES)('%s is held by a runtime exactly when it is an imposition', (_row, fault) => {
  expect(holdsOf(fault).length > 0).toBe(aboutNodeFault(fault).by === 'imposition');
});
