import { expect, test } from 'vitest';
import { checkTopology } from '../model/system/topology.ts';
import { fault } from '../model/faults/steps.ts';
import type { Verdict } from '../model/judging/verdict.ts';
import type { Link } from '../model/system/link.ts';
import { bounds } from './bounds.ts';
import { historyOf, PLAN, textOf, type Written } from './testing/written-history.contract.ts';

const LINK = 'bridge->room';

function planWith(more: Partial<Link>, clockSpeed = 1): typeof PLAN {
  const links = PLAN.topology.links.map((link) => (link.name === LINK ? { ...link, ...more } : link));
  return { ...PLAN, clockSpeed, topology: { ...PLAN.topology, links } };
}

const opened = (connection: number, atMs: number, state: 'opened' | 'closed' = 'opened'): Written => ({
  atMs,
  kind: 'connection',
  link: LINK,
  connection,
  state,
});

/** So many dials, one every `everyMs`. */
const dialled = (count: number, everyMs: number): Written[] =>
  Array.from({ length: count }, (_, at) => opened(at + 1, 1000 + at * everyMs));

const stalled = (atMs: number, loopStalledMs: number): Written => ({
  atMs,
  kind: 'observation',
  observation: { probe: 'machine', loopDelayP99Ms: loopStalledMs, loopDelayMaxMs: loopStalledMs, loopStalledMs, cpuPressureAvg10: 90 },
});

function judged(more: Partial<Link>, written: Written[], clockSpeed = 1): { outcome: string; says: string } {
  const verdict = bounds.judge(historyOf(written), planWith(more, clockSpeed));
  return { outcome: verdict.outcome, says: textOf(verdict) };
}

test('a storm of dials fails, with link, count, bound and time', () => {
  const { outcome, says } = judged({ dialsAtMost: { count: 20, per: '1s' } }, dialled(299, 7));
  expect(outcome).toBe('fail');
  expect(says).toContain(`'${LINK}' was dialled 143 times in`);
  expect(says).toContain('at most 20 in 1 s are allowed');
});

test('as many dials as are allowed pass, in any stretch', () => {
  expect(judged({ dialsAtMost: { count: 20, per: '1s' } }, dialled(100, 53)).outcome).toBe('pass');
  expect(judged({ dialsAtMost: 20 }, dialled(20, 1)).outcome).toBe('pass');
  expect(judged({ dialsAtMost: 20 }, dialled(21, 1000)).outcome).toBe('fail');
  expect(judged({}, dialled(1000, 1)).outcome).toBe('pass');
});

test('at a higher clock speed the stretch is as much shorter', () => {
  expect(judged({ dialsAtMost: { count: 20, per: '1s' } }, dialled(60, 10), 10).outcome).toBe('pass');
});

test('late dials that a starved machine lets go in one rush are doubted, and a storm is not', () => {
  const rush = [...dialled(25, 1), stalled(1100, 900)];
  expect(judged({ dialsAtMost: { count: 20, per: '1s' } }, rush).outcome).toBe('unknown');
  expect(judged({ dialsAtMost: { count: 20, per: '1s' } }, [...dialled(299, 1), stalled(1300, 900)]).outcome).toBe('fail');
});

test('a step that fires more often than it may fails, on any machine; with its step and who made it fire', () => {
  const step = fault(LINK, { kind: 'accept-then-close' }, { times: 100, mayFire: true, firesAtMost: 3 });
  const fired = (count: number): Written[] =>
    Array.from({ length: count }, (_, at) => ({
      atMs: 1000 + at,
      kind: 'fault',
      step: step.id,
      fault: 'accept-then-close',
      target: LINK,
      state: 'fired',
      hit: { kind: 'link', connection: at + 1, direction: 'downstream', byteOffset: 0 },
    }));
  const verdictOf = (count: number): Verdict => bounds.judge(historyOf(fired(count)), { ...PLAN, schedule: [step] });
  expect(verdictOf(3).outcome).toBe('pass');
  expect(verdictOf(4)).toMatchObject({
    outcome: 'fail',
    findings: [{ message: `'accept-then-close ${LINK}' fired 4 times; at most 3 are allowed`, subject: 'bridge', events: [1, 2, 3, 4] }],
  });
});

test('connections that are open at once are counted, and closed ones are not', () => {
  const two = [opened(1, 10), opened(2, 20)];
  expect(judged({ connectionsAtMost: 1 }, two)).toMatchObject({
    outcome: 'fail',
    says: expect.stringContaining('held 2 connections at once'),
  });
  expect(judged({ connectionsAtMost: 1 }, [opened(1, 10), opened(1, 15, 'closed'), opened(2, 20)]).outcome).toBe('pass');
});

test.each<[Partial<Link>, string]>([
  [{ dialsAtMost: -1 }, 'dialsAtMost is -1'],
  [{ connectionsAtMost: 1.5 }, 'connectionsAtMost is 1.5'],
  [{ dialsAtMost: { count: 3, per: '0s' } }, 'no time'],
])('%j is no bound', (more, message) => {
  expect(() => checkTopology(planWith(more).topology)).toThrow(message);
});
