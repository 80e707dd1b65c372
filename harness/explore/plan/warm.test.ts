// Which fault points may share a start of the nodes, and what their faults wait for then.
import { expect, test } from 'vitest';
import { conversationIn } from '../conversation/conversation.ts';
import type { Event, EventBody } from '../../model/judging/history.ts';
import type { LinkStep, NodeFault, Step } from '../../model/faults/fault.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { FaultPoint } from './fault-point.ts';
import { type AtBoot, atBootOf, inRound } from './warm.ts';

const NODES = ['store', 'relay', 'child'].map((name) => ({
  name,
  listens: { in: name === 'child' ? { transport: 'stdio' } : { transport: 'tcp', port: 1 } },
}));
const TOPOLOGY = {
  nodes: NODES,
  links: [
    { name: 'relay->store', from: 'relay', to: 'store', listener: 'in', framing: 'json-lines' },
    { name: 'client->relay', from: 'driver', to: 'relay', listener: 'in', framing: 'json-lines' },
    { name: 'store->relay', from: 'store', to: 'relay', listener: 'in', framing: 'json-lines' },
    { name: 'relay->child', from: 'relay', to: 'child', listener: 'in', framing: 'json-lines' },
    { name: 'client->store', from: 'driver', to: 'store', listener: 'in', framing: 'json-lines' },
  ],
} as unknown as Topology;
/** The relay says hello to the store before it is ready, and `client->store` was dialled more often in some recordings. */
const AT_BOOT: AtBoot = {
  dials: { 'relay->store': 1, 'client->relay': 0, 'relay->child': 0, 'store->relay': 2 },
  spread: [{ link: 'store->relay', direction: 'upstream', match: { type: 'line', json: { '/op': 'beat' } } }],
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
  // Of two it is the one on which alone that is said.
  expect(planned([cutAt('store->relay', 2)])?.[0]).toMatchObject({ armAt: { mark: 'round 3 begins' } });
  // What is said when it is opened is said again on the next one.
  expect(planned([cutAt('relay->store', 2, 'hello')])?.[0]).toMatchObject({ trigger: { nthAfterArming: 1 } });
});

test.each<NodeFault>([
  { kind: 'pause', node: 'store', forMs: 10 },
  { kind: 'restart', node: 'store' },
])('a node that runs again afterwards waits for the step of its own round: $kind', (fault) => {
  const cut = cutAt('client->relay', 1);
  expect(planned([cut, after(cut, fault)])?.[1]).toMatchObject({
    id: 'then (round 3)',
    armAt: { fired: 'cut client->relay (round 3)' },
    mustFire: 0,
  });
});

test.each<[string, readonly Step[], Partial<FaultPoint>?]>([
  ['what is said before the nodes are ready', [cutAt('relay->store', 1, 'hello')]],
  ['what is said on two connections that were there before', [cutAt('store->relay', 2, 'beat')]],
  ['a connection whose number at boot is not known', [cutAt('client->store', 1)]],
  ['a stream of a child', [cutAt('relay->child', 1)]],
  ['a node that is frozen for good', [cutAt('client->relay', 1), after(cutAt('client->relay', 1), { kind: 'pause', node: 'store' })]],
  [
    'a node that is killed',
    [cutAt('client->relay', 1), after(cutAt('client->relay', 1), { kind: 'kill', node: 'store', signal: 'SIGKILL' })],
  ],
  ['a small bound', [{ id: 'e', on: 'node', fault: { kind: 'environment', node: 'store', set: { A: '1' } }, armAt: 'start', mustFire: 1 }]],
  ['a clock', [{ id: 'c', on: 'clock', node: 'store', fault: { kind: 'jump', byMs: 1 }, armAt: { mark: 'x' }, mustFire: 1 }]],
  ['work that is done twice', [cutAt('client->relay', 1)], { rounds: 2 }],
  ['no fault at all', []],
  ['a client that never comes to the end of its opening', [cutAt('client->relay', 1)], { trickles: [] }],
  ['two faults of which one needs it', [cutAt('client->relay', 1), cutAt('relay->store', 1, 'hello')]],
])('%s needs a start of its own', (_, schedule, more) => {
  expect(planned(schedule, more)).toBe(undefined);
});

test('what was there before the work, and what is said on several connections, is learnt from the recordings', () => {
  const opened = (link: string, connection: number): EventBody => ({ kind: 'connection', link, connection, state: 'opened' });
  const said = (link: string, connection: number, op: string): EventBody => ({
    kind: 'frame',
    link,
    connection,
    direction: 'upstream',
    index: 3,
    type: 'line',
    offset: 0,
    bytes: 9,
    payload: JSON.stringify({ op }),
  });
  const recording = (...late: EventBody[]): Event[] =>
    [
      opened('relay->store', 1),
      said('relay->store', 1, 'hello'),
      { kind: 'phase', phase: 'drive', state: 'began' } as const,
      opened('client->relay', 1),
      opened('relay->store', 2),
      ...late,
      { kind: 'mark', name: 'the work begins' } as const,
      said('relay->store', 1, 'set'),
      said('relay->store', 1, 'beat'),
      said('relay->store', 2, 'beat'),
      opened('relay->store', 3),
    ].map((body, index): Event => ({ seq: index + 1, atMs: index, wallMs: 0, ...body }));
  const learnt = (recordings: Event[][]): AtBoot => atBootOf(conversationIn(recordings), TOPOLOGY);
  const ops = (frames: AtBoot['frames']): unknown[] => frames.map(({ match }) => match.json?.['/op']);
  const { dials, frames, spread } = learnt([recording(), recording()]);
  expect(dials).toMatchObject({ 'relay->store': 2, 'client->relay': 0, 'client->store': 0 });
  expect([ops(frames), ops(spread)]).toEqual([['hello'], ['beat']]);
  // How many there are before the work is not known then.
  expect(learnt([recording(), recording(opened('relay->store', 9))]).dials).not.toHaveProperty('relay->store');
});
