// A saved case replays unasked exactly when the sweep of its workload could have made it.
import { expect, test } from 'vitest';
import type { Case } from '../../model/case.ts';
import type { Step } from '../../model/faults/fault.ts';
import { originOf } from '../../model/repro-origin.ts';
import { redactor } from '../../model/secrets/redact.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { Conversation } from '../conversation/conversation.ts';
import type { FaultPoint } from './fault-point.ts';
import { pointsOfNodes } from './faults-of-nodes.ts';
import { ownPoints } from './own-points.ts';

const TOPOLOGY = {
  nodes: [
    { name: 'store', listens: { tcp: { transport: 'tcp', port: 7001 } }, bounds: { KEYS_MAX: '1' } },
    { name: 'relay', listens: { tcp: { transport: 'tcp', port: 7002, openingWithinMs: 500 }, side: { transport: 'tcp', port: 7003 } } },
  ],
  links: [
    { name: 'relay->store', from: 'relay', to: 'store', listener: 'tcp', framing: 'json-lines' },
    { name: 'client->relay', from: 'driver', to: 'relay', listener: 'tcp', framing: 'json-lines' },
  ],
} as unknown as Topology;
const USUAL = { store: { 'fd pipe': 3, 'fd socket': 6, threads: 9 } };
const OPENING = { name: 'upstream line', text: '{"op":"get"}' };
const CONVERSATION = { usual: USUAL, openings: { 'relay->store': OPENING, 'client->relay': OPENING } } as unknown as Conversation;
const POINTS = pointsOfNodes(CONVERSATION, TOPOLOGY, () => undefined);

function foreignIn(schedule: readonly unknown[], more: Record<string, unknown> = {}, usual: unknown = USUAL): readonly string[] {
  // As a file has it.
  const saved = JSON.parse(JSON.stringify({ schedule, parameters: { usual, work: [], dwellMs: 0, ...more } })) as Case;
  const own = { parameters: {}, schedule: [], isWorkload: true, points: ownPoints(TOPOLOGY, saved.parameters['usual']) };
  return originOf(saved, own, redactor([])).foreign;
}

function trickling(change: object): Record<string, unknown> {
  return { trickles: [{ node: 'relay', listener: 'tcp', opening: '{', withinMs: 500, ...change }] };
}

const stepOf = (fault: string): Step => POINTS.find((point) => point.fault === fault)?.schedule[0] as Step;

test.each(POINTS.map((point): [string, FaultPoint] => [point.key, point]))('%s: it replays unasked', (_key, { schedule, trickles }) => {
  expect(foreignIn(schedule, trickles && { trickles })).toEqual([]);
});

const [BOUND, DISK, FEW, SPARE, CLOCK] = ['KEYS_MAX=1', 'full disk', '64 descriptors', 'no descriptor to spare', 'clock an hour on'].map(
  stepOf,
) as [Step, Step, Step, Step, Step];
const STRANGE: Record<string, unknown> = {
  'a bound of another variable': { ...BOUND, fault: { ...BOUND.fault, set: { NODE_OPTIONS: '1' } } },
  'a bound and another variable': { ...BOUND, fault: { ...BOUND.fault, set: { KEYS_MAX: '1', NODE_OPTIONS: '--import x' } } },
  'a bound of another value': { ...BOUND, fault: { ...BOUND.fault, set: { KEYS_MAX: '2' } } },
  'a bound of another node': { ...BOUND, fault: { ...BOUND.fault, node: 'relay' } },
  'a bound with a program before its own': { ...BOUND, fault: { ...BOUND.fault, first: { ps: '#!/bin/sh' } } },
  'a disk at another path': { ...DISK, path: '/home' },
  'a disk below its folder': { ...DISK, path: '{state}/../..' },
  'a disk of another node': { ...DISK, node: 'client' },
  'a disk of another size': { ...DISK, fault: { ...DISK.fault, sizeKB: 1 } },
  'another fault at the same path': { ...DISK, fault: { kind: 'write', text: 'x' } },
  'other descriptors': { ...FEW, fault: { ...FEW.fault, descriptors: 65 } },
  'descriptors of another node': { ...FEW, fault: { ...FEW.fault, node: 'client' } },
  'one descriptor more than is held': { ...SPARE, fault: { ...SPARE.fault, descriptors: 9 } },
  'another jump': { ...CLOCK, fault: { ...CLOCK.fault, byMs: 1 } },
  'a clock of another node': { ...CLOCK, node: 'client' },
};

test.each(Object.entries(STRANGE))('%s is foreign', (_what, step) => {
  expect(foreignIn([step])).toEqual([expect.stringContaining('step ')]);
});

const STRANGERS: Record<string, Record<string, unknown>> = {
  'another node': trickling({ node: 'client' }),
  'a listener of which nothing is known': trickling({ listener: 'toString' }),
  'a listener that nobody dials': trickling({ listener: 'side', withinMs: undefined }),
  'another bound': trickling({ withinMs: 1 }),
  'no bound where one is declared': trickling({ withinMs: undefined }),
  'a bound where none is declared': trickling({ node: 'store' }),
  'something more': trickling({ path: '/tmp/x' }),
  'the same listener twice': { trickles: [trickling({}), trickling({})].flatMap(({ trickles }) => trickles) },
  'no list': { trickles: 'relay' },
  'another parameter': { command: 'sh' },
};

test.each(Object.entries(STRANGERS))('a client that trickles to %s is foreign', (_what, parameters) => {
  expect(foreignIn([], parameters)).toEqual([expect.stringContaining('parameter ')]);
});

test('what was held at rest is read as such or not at all', () => {
  for (const usual of [null, 'x', [], { store: 3 }, { store: { 'fd pipe': '9' } }])
    expect(foreignIn([SPARE], {}, usual)).toEqual([expect.stringContaining('no descriptor to spare')]);
});
