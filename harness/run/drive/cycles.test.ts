// Rounds and what nodes hold after each, with a count that the test plays. Side by side, for resting takes its time.
import { describe, expect, test } from 'vitest';
import { observationsOf, type History } from '../../model/judging/history.ts';
import type { CyclesOptions, ScenarioSettings } from '../../model/scenario.ts';
import { mockRuntime } from '../../runtime/mock/mock-runtime.ts';
import { hang } from '../../oracles/hang/hang.ts';
import type { Probes } from './environment.ts';
import { nodeDouble, playCase, told } from '../testing/played-case.double.ts';

interface Rounds {
  history: History;
  indexes: readonly number[];
}

/** `held`: what the node holds after so many rounds, warm-up included, and so many readings. */
async function rounds(held: (rounds: number, readings: number) => number, options: CyclesOptions): Promise<Rounds> {
  const indexes: number[] = [];
  let readings = 0;
  const resources: Probes['resources'] = async () => {
    const count = held(indexes.length, ++readings);
    return { counts: { sockets: count }, holders: { sockets: [`${count} of them`] } };
  };
  const { history } = await playCase({
    runtime: mockRuntime(),
    probes: { resources },
    scenario: {
      script: async ({ cycles }) =>
        cycles(
          'reconnects',
          async (index) => {
            indexes.push(index);
            readings = 0;
          },
          options,
        ),
    },
  });
  return { history, indexes };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function counted(history: History): (number | undefined)[] {
  return observationsOf(history, 'resources').map(({ counts }) => counts['sockets']);
}

describe.concurrent('repeated rounds', () => {
  test('come in eight after two that do not count, each read at rest, the reading before the first included', async () => {
    const { history, indexes } = await rounds(() => 5, {});
    expect(indexes).toEqual([-1, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const observations = observationsOf(history, 'resources');
    expect(observations.map(({ cycle }) => cycle)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(observations[0]).toMatchObject({
      node: 'server',
      series: 'reconnects',
      counts: { sockets: 5 },
      holders: { sockets: ['5 of them'] },
    });
  });

  test('that grow are repeated as often again, once', async () => {
    const { history, indexes } = await rounds((done) => done, { warmUp: 0, count: 2 });
    expect(indexes).toEqual([1, 2, 3, 4]);
    expect(counted(history)).toEqual([0, 1, 2, 3, 4]);
  });

  test('that grew while warming up and then no more are not repeated', async () => {
    const { indexes } = await rounds((done) => Math.min(done, 2), { warmUp: 2, count: 3 });
    expect(indexes).toEqual([-1, 0, 1, 2, 3]);
  });

  test('that fell once are not repeated, for a leak never falls', async () => {
    const { history, indexes } = await rounds((done) => [3, 4, 2, 3, 4][done] ?? 0, { warmUp: 0, count: 4 });
    expect(indexes).toEqual([1, 2, 3, 4]);
    expect(counted(history)).toEqual([3, 4, 2, 3, 4]);
  });

  test('that double each time end as soon as no pool explains them', async () => {
    const { indexes } = await rounds((done) => 10 * 2 ** done, { warmUp: 0, count: 8 });
    expect(indexes).toEqual([1, 2, 3, 4, 5]);
  });

  test('are read again until what a round still held has been let go', async () => {
    const { history, indexes } = await rounds((done, readings) => (done > 0 && readings < 4 ? 9 : 3), { warmUp: 0, count: 3 });
    expect(counted(history)).toEqual([3, 3, 3, 3]);
    expect(indexes).toEqual([1, 2, 3]);
  });

  test('of which a node cannot be read are a trouble of the harness, not a leak', async () => {
    const { history } = await playCase({
      runtime: mockRuntime(),
      probes: { resources: async () => ({ unreadable: 'EACCES' }) },
      scenario: { script: async ({ cycles }) => cycles('reconnects', async () => {}, { warmUp: 0, count: 1 }) },
    });
    expect(told(history)).toContain("harness probe: resources of 'server': EACCES");
    expect(observationsOf(history, 'resources')).toEqual([]);
  });

  test('have a budget beside the bound of the script, and are told when it is used up', async () => {
    const { history, result } = await playCase({
      runtime: mockRuntime(),
      oracles: [hang],
      scenario: {
        within: '2s',
        script: async ({ cycles, until }) => {
          await cycles('short', () => passed(2_200), { warmUp: 0, count: 1 });
          await until('there is time left', () => true, { within: '10ms' });
          await cycles('long', () => passed(10), { warmUp: 0, count: 1_000_000, within: '3s' });
        },
      },
    });
    expect(told(history)).toContain('there is time left: met');
    expect(told(history)).toContain("the rounds of 'long' come to their end: unmet");
    expect(result.verdict).toMatchObject({ outcome: 'unknown', reason: 'checker-budget', oracle: 'hang' });
  });

  test('for memory are a hundred after twenty, and as many again when it grew', async () => {
    const memoryOf = async (bytes: (round: number) => number): Promise<{ last: number | undefined; history: History }> => {
      let last = 0;
      const memory: Probes['memory'] = async (_pids, live) => {
        const residentBytes = bytes(last);
        return { residentBytes, peakBytes: residentBytes, ...(live && { liveBytes: residentBytes }) };
      };
      const script: ScenarioSettings<object>['script'] = ({ cycles }) =>
        cycles('reconnects', async (index) => void (last = index), { memory: true });
      const { history } = await playCase({ runtime: mockRuntime(), probes: { memory }, scenario: { script } });
      return { last, history };
    };
    const flat = await memoryOf(() => 1_000_000);
    expect(flat.last).toBe(100);
    expect(observationsOf(flat.history, 'memory').map(({ cycle }) => cycle)).toEqual(Array.from({ length: 21 }, (_, index) => index * 5));
    const rising = await memoryOf((round) => 1_000_000 + 50_000 * round);
    expect(rising.last).toBe(200);
    const readings = observationsOf(rising.history, 'memory');
    expect(readings.filter(({ confirms }) => confirms).map(({ cycle }) => cycle)[0]).toBe(105);
    expect(readings[0]).toMatchObject({ node: 'server', liveBytes: 1_000_000 });
  });

  test('for memory take what is alive from a function of the scenario', async () => {
    const { history } = await playCase({
      runtime: mockRuntime(),
      probes: { memory: async (_pids, live) => ({ residentBytes: live ? 0 : 7, peakBytes: 7, garbage: 'much' }) },
      scenario: { script: ({ cycles }) => cycles('reconnects', async () => {}, { warmUp: 0, count: 1, memory: (node) => node.length }) },
    });
    expect(observationsOf(history, 'memory').map(({ liveBytes }) => liveBytes)).toEqual([6, 6]);
  });

  test('read only the nodes that are named, and none that does not run', async () => {
    const { history } = await playCase({
      runtime: mockRuntime(),
      nodes: ['server', 'down', 'other'].map((name) => nodeDouble(name)),
      scenario: {
        script: async ({ cycles, node }) => {
          await node('down').stop();
          await cycles('reconnects', async () => {}, { warmUp: 0, count: 1, nodes: ['server', 'down'] });
        },
      },
    });
    expect(new Set(observationsOf(history, 'resources').map(({ node }) => node))).toEqual(new Set(['server']));
  });
});
