import { expect, test } from 'vitest';
import { atSpeed, scheduleAtSpeed, topologyAtSpeed } from './clock-speed.ts';
import type { LinkFault } from './fault.ts';
import { fault, onNode } from './steps.ts';
import type { Topology } from '../system/topology.ts';

test('a bound keeps its share for work and loses the rest by the factor', () => {
  expect(atSpeed(4_000, 1)).toBe(4_000);
  expect(atSpeed(4_000, 10)).toBe(1_120);
  expect(atSpeed(15_000, 10)).toBe(2_220);
  expect(atSpeed(300, 10), 'all of it is work').toBe(300);
});

test('at speed 1 nothing is touched', () => {
  const topology: Topology = { nodes: [], links: [] };
  const schedule = [fault('a->b', { kind: 'stall', forMs: 100 })];
  expect(topologyAtSpeed(topology, 1)).toBe(topology);
  expect(scheduleAtSpeed(schedule, 1)).toBe(schedule);
});

test.each<[LinkFault, LinkFault]>([
  [
    { kind: 'latency', delayMs: 100, jitterMs: 4 },
    { kind: 'latency', delayMs: 10, jitterMs: 1 },
  ],
  [
    { kind: 'stall', forMs: 1_000 },
    { kind: 'stall', forMs: 100 },
  ],
  [{ kind: 'stall' }, { kind: 'stall' }],
  [
    { kind: 'timeout', afterMs: 0 },
    { kind: 'timeout', afterMs: 0 },
  ],
  [
    { kind: 'bandwidth', rateKBps: 5 },
    { kind: 'bandwidth', rateKBps: 50 },
  ],
  [
    { kind: 'split', every: 1, delayUs: 500 },
    { kind: 'split', every: 1, delayUs: 500 },
  ],
])('%j becomes %j at ten times the speed', (given, expected) => {
  expect(scheduleAtSpeed([fault('a->b', given)], 10)).toMatchObject([{ fault: expected }]);
});

test('a pause gets shorter too, and a node has its time to start and end', () => {
  const pause = onNode({ kind: 'pause', node: 'a', forMs: 500 }, { mark: 'm' });
  expect(scheduleAtSpeed([pause], 10)).toMatchObject([{ fault: { kind: 'pause', forMs: 50 } }]);
  const node = { name: 'a', role: 'a', command: [], env: {}, listens: {}, ready: { when: 'log', contains: 'x' } } as const;
  const link = { name: 'l', from: 'driver', to: 'a', listener: 'x', framing: 'raw', pongWithinMs: 1_500 } as const;
  const fast = topologyAtSpeed(
    { nodes: [{ ...node, readyWithinMs: 12_000, stopWithinMs: 1_000, longestTimerMs: 15_000 }], links: [link] },
    10,
  );
  expect(fast.nodes).toMatchObject([{ readyWithinMs: 5_700, stopWithinMs: 1_000, longestTimerMs: 15_000 }]);
  expect(fast.links).toMatchObject([{ pongWithinMs: 870 }]);
});
