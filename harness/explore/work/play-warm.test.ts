// Rounds in one start of a real server: each is judged by itself, before the reset could hide anything.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJsonLines } from '../../clients/index.ts';
import type { Step } from '../../model/faults/fault.ts';
import { cut } from '../../model/faults/steps.ts';
import { eventsOf, type Event } from '../../model/judging/history.ts';
import type { Verdict } from '../../model/judging/verdict.ts';
import type { Scenario, Script, StateView } from '../../model/scenario.ts';
import type { Json } from '../../model/values/json.ts';
import { resourcesOf } from '../../probes/resources.ts';
import { playCase } from '../../run/testing/play-case.ts';
import { defineWorkload } from './workload.ts';

const PROGRAM = join(import.meta.dirname, '../../runtime/testing/test-programs/echo.ts');
const LINK = 'client->server';

interface Other {
  bug?: string;
  views?: readonly StateView[];
  /** @param resets how often it was called before */
  reset?: (resets: number) => void;
}

function workload({ bug, views, reset }: Other): Scenario {
  let resets = 0;
  const ask = async (script: Script): Promise<Json> => {
    const client = await openJsonLines(script, LINK);
    try {
      const answer = await client.request('ask', { op: 'echo' }, () => true, { within: '4s', owed: false });
      client.send({ op: 'bye' });
      return answer;
    } finally {
      client.end();
    }
  };
  return defineWorkload({
    title: 'a server echoes',
    system: {
      name: 'a server that echoes',
      topology: {
        nodes: [
          {
            name: 'server',
            role: 'server',
            command: ['{node}', PROGRAM, '{listen.api.host}', '{listen.api.port}'],
            env: bug === undefined ? {} : { BUG: bug },
            listens: { api: { transport: 'tcp', port: 7001 } },
            ready: { when: 'log', contains: 'listening' },
            readyWithinMs: 10_000,
            stopWithinMs: 3_000,
          },
        ],
        links: [{ name: LINK, from: 'driver', to: 'server', listener: 'api', framing: 'json-lines' }],
      },
      clients: () => ({}),
      ...(views && { views }),
    },
    restWithin: '500ms',
    length: 1,
    operations: (operation) => ({ ask: operation({ within: '5s', run: ask }) }),
    recovered: [{ what: 'it echoes', within: '5s', holds: async (script) => (await ask(script)) !== null }],
    reset: async () => reset?.(resets++),
  });
}

const WORK: Json = [{ do: 'ask', with: {} }];

/** One round for each of these steps. */
async function rounds(scenario: Scenario, each: readonly (readonly Step[])[]): Promise<{ verdict: Verdict; history: Event[] }> {
  const warm = each.map((steps) => ({ work: WORK, dwellMs: 0, steps: steps.map(({ id }) => id) }));
  const parameters = { warm, allowed: {}, usual: { driver: { connections: 0 } } };
  return await playCase(scenario, undefined, { parameters, schedule: each.flat(), resources: resourcesOf });
}

const lostIn = (round: number): Step => ({
  ...cut(LINK, { how: 'fin', direction: 'downstream', frame: { index: 1 }, times: 1 }),
  id: `cut ${round}`,
  armAt: { mark: `round ${round} begins` },
  mustFire: 0,
});

test('each round is played under its own faults, and the reset comes between them', async () => {
  const resets: number[] = [];
  const { verdict, history } = await rounds(workload({ reset: (count) => resets.push(count) }), [[lostIn(1)], [], [lostIn(3)]]);
  expect(verdict).toMatchObject({ outcome: 'pass' });
  expect(resets).toEqual([0, 1]);
  const told = history.flatMap((event) => {
    if (event.kind === 'mark' && event.name.startsWith('round ')) return [event.name];
    return event.kind === 'operation' && event.name === 'ask' && event.client === 'work' && event.state !== 'invoked' ? [event.state] : [];
  });
  expect(told).toEqual([
    'round 1 begins',
    'indeterminate',
    'round 1 is over',
    'round 2 begins',
    'ok',
    'round 2 is over',
    'round 3 begins',
    'indeterminate',
    'round 3 is over',
  ]);
});

test('a node is struck in a later round as in the first, by the step of that round', async () => {
  const frozen = (round: number): Step[] => [
    lostIn(round),
    {
      id: `freeze ${round}`,
      on: 'node',
      fault: { kind: 'pause', node: 'server', forMs: 100 },
      armAt: { fired: `cut ${round}` },
      mustFire: 0,
    },
  ];
  const { verdict, history } = await rounds(workload({}), [frozen(1), frozen(2)]);
  expect(verdict).toMatchObject({ outcome: 'pass' });
  const fired = eventsOf(history, 'fault').flatMap(({ step, state }) => (state === 'fired' ? [step] : []));
  expect(fired).toEqual(expect.arrayContaining(['cut 1', 'freeze 1', 'cut 2', 'freeze 2']));
});

test('what a node keeps after one of the rounds is a leak', async () => {
  const { verdict } = await rounds(workload({ bug: 'keeps-lost' }), [[], [lostIn(2)], []]);
  expect(verdict).toMatchObject({
    outcome: 'fail',
    oracle: 'leak',
    findings: expect.arrayContaining([expect.objectContaining({ code: 'TW-LEAK-HELD' })]),
  });
});

test('views that are apart at the end of a round fail it, though the reset would bring them together', async () => {
  let isApart = true;
  const views: StateView[] = ['one', 'other'].map((subject) => ({
    truth: 'it',
    subject,
    node: 'server',
    read: async () => (isApart ? subject : 'same'),
  }));
  const { verdict } = await rounds(workload({ views, reset: () => void (isApart = false) }), [[lostIn(1)], []]);
  expect(verdict).toMatchObject({
    outcome: 'fail',
    findings: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining("'all that hold 'it' agree' did not happen") }),
    ]),
  });
});

test('a reset that fails leaves no verdict but a failure', async () => {
  const reset = (): void => {
    throw new Error('it is in use');
  };
  expect((await rounds(workload({ reset }), [[], []])).verdict).toMatchObject({
    outcome: 'fail',
    oracle: 'script',
    findings: [{ message: expect.stringContaining('the reset failed: it is in use') }],
  });
});
