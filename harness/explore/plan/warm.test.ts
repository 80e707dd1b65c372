// Which fault points may share a start of the nodes, and what their faults wait for then.
import { expect, test } from 'vitest';
import type { LinkStep, NodeFault, Step } from '../../model/faults/fault.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { FaultPoint } from './fault-point.ts';
import { type AtBoot, inRound } from './warm.ts';

const NODES = ['store', 'relay', 'child'].map((name) => ({
  name,
  listens: { in: name === 'child' ? { transport: 'stdio' } : { transport: 'tcp', port: 1 } },
}));
const TOPOLOGY = {
  nodes: NODES,
  links: [
    { name: 'relay->store', from: 'relay', to: 'store', listener: 'in', framing: 'json-lines' },
    { name: 'client->relay', from: 'driver', to: 'relay', listener: 'in', framing: 'json-lines' },
    { name: 'relay->child', from: 'relay', to: 'child', listener: 'in', framing: 'json-lines' },
    { name: 'client->store', from: 'driver', to: 'store', listener: 'in', framing: 'json-lines' },
  ],
} as unknown as Topology;
/** The relay says hello to the store before it is ready, and `client->store` was dialled more often in some recordings. */
const AT_BOOT: AtBoot = {
  dials: { 'relay->store': 1, 'client->relay': 0, 'relay->child': 0 },
  frames: [{ link: 'relay->store', direction: 'upstream', match: { type: 'line', json: { '/op': 'hello' } } }],
};

function cutAt(link: string, connection: number, op = 'set'): LinkStep {
  return {
    id: `cut ${link}`,
    on: 'link',
    link,
    direction: 'upstream',
    fault: { kind: 'cut', how: 'rst' },
    trigger: { connection, frame: { index: 2, matches: { type: 'line', json: { '/op': op } } }, atByte: 0, times: 1 },
    armAt: 'start',
    mustFire: 1,
  };
}

function after(step: Step, fault: NodeFault): Step {
  return { id: 'then', on: 'node', fault, armAt: { fired: step.id }, mustFire: 1 };
}

function planned(schedule: readonly Step[], more: Partial<FaultPoint> = {}): Step[] | undefined {
  return inRound({ key: '', link: '', class: '', fault: '', weight: 0, schedule, dwellMs: 0, ...more }, AT_BOOT, TOPOLOGY, 3);
}

test('a frame of a connection that the work opens is counted from the beginning of the round, and its fault need not fire', () => {
  const [step] = planned([cutAt('client->relay', 2)]) ?? [];
  expect(step).toEqual({
    ...cutAt('client->relay', 2),
    id: 'cut client->relay (round 3)',
    trigger: { nthAfterArming: 2, frame: { index: 2, matches: { type: 'line', json: { '/op': 'set' } } }, atByte: 0, times: 1 },
    armAt: { mark: 'round 3 begins' },
    mustFire: 0,
  });
});

test('a connection that was there before the work is met whatever its number is by now, and one behind it is the next', () => {
  expect(planned([cutAt('relay->store', 1)])?.[0]).toMatchObject({ trigger: { times: 1 } });
  expect(planned([cutAt('relay->store', 1)])?.[0]).not.toHaveProperty('trigger.connection');
  // What is said when it is opened is said again on the next one.
  expect(planned([cutAt('relay->store', 2, 'hello')])?.[0]).toMatchObject({ trigger: { nthAfterArming: 1 } });
});

test('a node that is frozen for a time waits for the step of its own round', () => {
  const cut = cutAt('client->relay', 1);
  expect(planned([cut, after(cut, { kind: 'pause', node: 'store', forMs: 10 })])?.[1]).toMatchObject({
    id: 'then (round 3)',
    armAt: { fired: 'cut client->relay (round 3)' },
    mustFire: 0,
  });
});

test.each<[string, readonly Step[], Partial<FaultPoint>?]>([
  ['what is said before the nodes are ready', [cutAt('relay->store', 1, 'hello')]],
  ['a connection whose number at boot is not known', [cutAt('client->store', 1)]],
  ['a stream of a child', [cutAt('relay->child', 1)]],
  ['a node that is frozen for good', [cutAt('client->relay', 1), after(cutAt('client->relay', 1), { kind: 'pause', node: 'store' })]],
  ['a small bound', [{ id: 'e', on: 'node', fault: { kind: 'environment', node: 'store', set: { A: '1' } }, armAt: 'start', mustFire: 1 }]],
  ['a clock', [{ id: 'c', on: 'clock', node: 'store', fault: { kind: 'jump', byMs: 1 }, armAt: { mark: 'x' }, mustFire: 1 }]],
  ['work that is done twice', [cutAt('client->relay', 1)], { rounds: 2 }],
  ['no fault at all', []],
  ['a client that never comes to the end of its opening', [cutAt('client->relay', 1)], { trickles: [] }],
  ['two faults of which one needs it', [cutAt('client->relay', 1), cutAt('relay->store', 1, 'hello')]],
])('%s needs a start of its own', (_, schedule, more) => {
  expect(planned(schedule, more)).toBe(undefined);
});
