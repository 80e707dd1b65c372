// By hand these sleepers live on when who has started them has ended, and nothing in their environment tells whose they are.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { inFamily } from './family-mark.ts';
import { killUntilGone, type MarkedProcess, markedProcesses } from './marked-processes.ts';
import { commandLineOf } from './proc.ts';
import { systemCalls } from './system-calls.ts';

const LEAVES = `env -i setsid sh -c 'sleep 6001 & exit' & (env -i sleep 6001 &) ; exit`;

test('who is forked twice with a clean environment is found by its run and named by its family, also by another process', async ({
  skip,
}) => {
  skip('missing' in systemCalls(), 'the native calls do not load');
  const runId = randomUUID();
  const families = ['one', 'two'];
  try {
    for (const name of families) {
      const words = ['-c', LEAVES];
      inFamily(runId, { kind: 'node', name }, () => spawn('/bin/sh', words, { env: {}, detached: true, stdio: 'ignore' }));
    }
    const sleepers = (): (string | undefined)[] => sleepersOf(runId).map(({ node }) => node);
    await expect.poll(() => sleepers().toSorted(), { timeout: 20_000 }).toEqual(['one', 'one', 'two', 'two']);
    expect(markedProcesses(randomUUID())).toEqual([]);
    expect(sleepersOf(runId).map(({ pid }) => pid)).not.toContain(process.pid);
    const there = `import { markedProcesses } from ${JSON.stringify(new URL('./marked-processes.ts', import.meta.url).href)};
      console.log(JSON.stringify(markedProcesses(${JSON.stringify(runId)}).map(({ pid }) => pid)));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', there]);
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(sleepersOf(runId).map(({ pid }) => pid)));
  } finally {
    const { left } = await killUntilGone(() => markedProcesses(runId).map(({ pid }) => pid), 20_000);
    expect(left).toEqual([]);
  }
});

function sleepersOf(runId: string): MarkedProcess[] {
  return markedProcesses(runId).filter(({ pid }) => commandLineOf(pid) === 'sleep 6001');
}
