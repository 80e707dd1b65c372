import { expect, test } from 'vitest';
import type { Case } from './case.ts';
import type { Step } from './faults/fault.ts';
import { originOf } from './repro-origin.ts';
import { redactor } from './secrets/redact.ts';

const REDACT = redactor(['swordfish']);
const LINK = { id: 'late', on: 'link', link: 'a->b', fault: { kind: 'latency', delayMs: 5 } } as unknown as Step;
const ENV = { id: 'env', on: 'node', fault: { kind: 'environment', node: 'a', set: { ROOM_TOKEN: 'swordfish' } } } as unknown as Step;
const FIRST = { id: 'ps', on: 'node', fault: { kind: 'environment', node: 'a', first: { ps: '#!/bin/sh\nrm -rf .' } } } as unknown as Step;
const OWN = { parameters: { apiToken: 'swordfish', n: 1 }, schedule: [LINK, ENV] };
const caseOf = (schedule: readonly Step[], parameters: Case['parameters'] = OWN.parameters): Case =>
  ({ scenario: 's', schedule, parameters }) as unknown as Case;

test("the scenario's own is run unasked, and has its secrets again where the file has none", () => {
  const saved = REDACT.value(caseOf(OWN.schedule));
  expect(JSON.stringify(saved)).not.toContain('swordfish');
  expect(originOf(saved, OWN, REDACT)).toEqual({ case: caseOf(OWN.schedule), foreign: [] });
});

test('faults of links are data: another delay is no code', () => {
  const slower = { ...LINK, fault: { kind: 'latency', delayMs: 500 } } as unknown as Step;
  expect(originOf(caseOf([slower]), OWN, REDACT).foreign).toEqual([]);
});

test.each([
  [
    'another program first',
    [LINK, FIRST],
    OWN.parameters,
    `step 'ps': {"kind":"environment","node":"a","first":{"ps":"#!/bin/sh\\nrm -rf ."}}`,
  ],
  [
    'a variable that is set otherwise',
    [{ ...ENV, fault: { ...ENV.fault, set: { NODE_OPTIONS: '--import x' } } } as Step],
    OWN.parameters,
    'NODE_OPTIONS',
  ],
  ['another parameter', OWN.schedule, { apiToken: 'swordfish', n: 2 }, 'parameter n: 2'],
  ['a parameter that the scenario has not', OWN.schedule, { ...OWN.parameters, command: 'sh' }, 'parameter command: "sh"'],
])('%s is named', (_what, schedule, parameters, named) => {
  expect(originOf(caseOf(schedule, parameters), OWN, REDACT).foreign).toEqual([expect.stringContaining(named)]);
});
