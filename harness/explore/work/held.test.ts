// What a server and the script hold after the work of a workload, through real processes, proxies and the judges.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJsonLines } from '../../clients/index.ts';
import { conversationIn } from '../conversation/conversation.ts';
import { defineWorkload } from './workload.ts';
import { cut } from '../../model/faults/steps.ts';
import { eventsOf, observationsOf, type History } from '../../model/judging/history.ts';
import type { Verdict } from '../../model/judging/verdict.ts';
import type { Parameters, Scenario, Script, System } from '../../model/scenario.ts';
import type { Json } from '../../model/values/json.ts';
import { resourcesOf } from '../../probes/resources.ts';
import { playCase } from '../../run/testing/play-case.ts';

const PROGRAM = join(import.meta.dirname, '../../runtime/testing/test-programs/echo.ts');
const LINK = 'client->server';

type Transport = 'tcp' | 'unix';

test.each<Transport>(['tcp', 'unix'])('what the script itself has left open is no leak of a node: over %s', async (transport) => {
  const { verdict, history } = await brokenAfterClean(workload(transport, { leavesOpen: true }));
  expect(eventsOf(history, 'operation').map(({ state }) => state)).toContain('indeterminate');
  const held = observationsOf(history, 'held').flatMap(({ node, counts }) => (node === 'server' ? [counts['fd socket'] ?? 0] : []));
  expect((held[1] ?? 0) - (held[0] ?? 0)).toBe(1);
  expect(verdict).toMatchObject({
    outcome: 'pass',
    restsOn: expect.arrayContaining([expect.stringContaining('the script itself holds 1 connection(s) more than without faults')]),
  });
});

test('what a node keeps of a connection that was lost is a leak', async () => {
  const { verdict } = await brokenAfterClean(workload('tcp', { server: 'keeps-lost' }));
  expect(verdict).toMatchObject({
    outcome: 'fail',
    oracle: 'leak',
    findings: [{ code: 'TW-LEAK-HELD', message: expect.stringMatching(/^'server' holds more at rest than before the work \(fd socket/) }],
  });
});

test('what comes and goes all the time is no leak, though something of its kind is there in each reading', async () => {
  const { verdict, history } = await brokenAfterClean(workload('tcp', { server: 'busy' }));
  expect(verdict).toMatchObject({ outcome: 'pass' });
  const [before, after] = observationsOf(history, 'held').filter(({ node }) => node === 'server');
  expect(after?.counts['fd socket']).toBe(before?.counts['fd socket']);
});

interface Bugs {
  /** Of the script: it leaves a connection when another one is lost. */
  leavesOpen?: boolean;
  server?: 'keeps-lost' | 'busy';
}

function workload(transport: Transport, { leavesOpen = false, server }: Bugs): Scenario {
  const ask = async (script: Script): Promise<Json> => {
    const [first, second] = [await openJsonLines(script, LINK), await openJsonLines(script, LINK)];
    const end = (): void => {
      for (const each of [first, second]) {
        if (each.ended === undefined) each.send({ op: 'bye' });
        each.end();
      }
    };
    let answered = false;
    try {
      const answer = await second.request('ask', { op: 'echo' }, () => true, { within: '8s', owed: false });
      answered = true;
      return answer;
    } finally {
      if (answered || !leavesOpen) end();
    }
  };
  return defineWorkload({
    title: 'a server echoes',
    system: systemOf(transport, server),
    length: 1,
    operations: (operation) => ({ ask: operation({ within: '10s', run: ask }) }),
    recovered: [{ what: 'it echoes', within: '10s', holds: async (script) => (await ask(script)) !== null }],
  });
}

function systemOf(transport: Transport, bug?: Bugs['server']): System {
  const where = transport === 'tcp' ? ['{listen.api.host}', '{listen.api.port}'] : ['{listen.api.path}'];
  return {
    name: 'a server that echoes',
    topology: {
      nodes: [
        {
          name: 'server',
          role: 'server',
          command: ['{node}', PROGRAM, ...where],
          env: bug ? { BUG: bug } : {},
          listens: { api: transport === 'tcp' ? { transport, port: 7001 } : { transport, file: 'api.sock' } },
          ready: { when: 'log', contains: 'listening' },
          readyWithinMs: 10_000,
          stopWithinMs: 3_000,
        },
      ],
      links: [{ name: LINK, from: 'driver', to: 'server', listener: 'api', framing: 'json-lines' }],
    },
    clients: () => ({}),
  };
}

/** As a sweep does: without faults first, and then with the answer of the first question lost. */
async function brokenAfterClean(scenario: Scenario): Promise<{ verdict: Verdict; history: History }> {
  const work = [{ do: 'ask', with: {} }];
  const clean = await playCase(scenario, undefined, { parameters: { work }, resources: resourcesOf });
  expect(clean.verdict).toMatchObject({ outcome: 'pass' });
  const { allowed, usual } = conversationIn([clean.history]);
  const parameters = { work, allowed, usual, dwellMs: 0 } as Parameters;
  const schedule = [cut(LINK, { direction: 'downstream', how: 'fin', frame: { index: 1 }, connection: 2, times: 1 })];
  return await playCase(scenario, undefined, { parameters, schedule, resources: resourcesOf });
}
