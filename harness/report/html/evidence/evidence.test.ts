// What stands below the first screen for each kind of finding, from the written histories of the oracles.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EventBody } from '../../../model/judging/history.ts';
import { ALWAYS_ON } from '../../../oracles/table.ts';
import { writtenHistoriesOf } from '../../../oracles/testing/written-history.contract.ts';
import { runViewOf } from '../../view/run-view.ts';
import { page } from '../page.ts';
import { hostileRow, writtenRun } from '../testing/hostile.double.ts';

async function textOf(oracle: string, title: string): Promise<string> {
  const written = writtenHistoriesOf(oracle).find((each) => each.title === title);
  if (!written) throw new Error(`no written history '${title}'`);
  const verdict = ALWAYS_ON.find(({ name }) => name === oracle)?.judge(written.history, written.plan);
  const findings = verdict?.outcome === 'fail' ? verdict.findings : [];
  const { folder, summary } = await writtenRun([hostileRow({ oracle, findings })], written.history as unknown as readonly EventBody[]);
  const text = page(await runViewOf(folder, summary));
  await rm(join(folder, '../../..'), { recursive: true });
  return text
    .replaceAll(/<(script|style)[^]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');
}

test.each([
  ['crash', 'a node dies of an uncaught error', ["lines of 'desktop'", '✖ Error: write EPIPE']],
  [
    'leak',
    'one socket more after each cycle',
    [
      "What 'bridge' holds after each 'reset and reconnect'",
      'socket tcp: 4 before the first round',
      'who holds them',
      '10 8 tcp 127.0.0.1:',
    ],
  ],
  ['leak', 'memory alive that grows by 50 kB a round', ['Memory of', 'alive, MiB:']],
  ['divergence', 'the first event after which the views parted is named', ['over time: each change of each view', '✖ they parted']],
  ['hang', 'a request is never answered and every process stands still', ["Two dumps of 'bridge': 0 ms of processor in", 'ep_poll']],
] as const)('%s, %s', async (oracle, title, said) => {
  const text = await textOf(oracle, title);
  for (const words of said) expect({ words, isThere: text.includes(words) }).toEqual({ words, isThere: true });
});

test('a passing case of the same scenario stands beside it, with the first difference marked', async () => {
  const exit = { kind: 'node', node: 'server', state: 'exited', code: 1, signal: null, asked: false } as const;
  const findings = [{ oracle: 'crash', message: "'server' ended with code 1 without being asked", events: [1] }];
  const failed = hostileRow({ scenario: 'a/b', oracle: 'crash', findings });
  const passed = hostileRow({ scenario: 'a/b', verdict: 'pass', oracle: null, findings: [], folder: 'results/runs/one/cases/0002' });
  const { folder, summary } = await writtenRun([failed, passed], [exit]);
  const other = await writtenRun([], [{ ...exit, code: 0, asked: true }]);
  const { cp } = await import('node:fs/promises');
  await cp(join(other.folder, 'cases', '0001'), join(folder, 'cases', '0002'), { recursive: true });
  const text = page(await runViewOf(folder, summary));
  expect(text).toContain('Beside a passing case (the same run, seed 1)');
  expect(text).toContain('✖ first difference');
  for (const { folder: each } of [{ folder }, other]) await rm(join(each, '../../..'), { recursive: true });
});
