import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { processorWaits } from './processor-wait.ts';

const MARK = { variable: 'TORNWIRE_WAIT_TEST', run: `${process.pid}` };

/** Two of them on one processor: each waits for the other about half of the time. */
const BUSY = "console.log('runs'); const endMs = Date.now() + 5_000; while (Date.now() < endMs);";

async function twoBusyOnOneProcessor(env: NodeJS.ProcessEnv): Promise<void> {
  const children = [0, 1].map(() =>
    spawn('taskset', ['-c', '0', process.execPath, '-e', BUSY], { env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  onTestFinished(async () => void (await Promise.all(children.map(ended))));
  await Promise.all(children.map((child) => once(child.stdout, 'data')));
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  if (child.kill('SIGKILL')) await exited;
}

const passed = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

describe('processor waits', () => {
  test('threads of marked processes that share a processor wait for it, and the time is counted once', async () => {
    const waits = processorWaits();
    await twoBusyOnOneProcessor({ ...process.env, [MARK.variable]: MARK.run });
    expect(waits.sinceLast(MARK), 'nothing is known before the first look').toBeUndefined();
    await passed(400);
    const first = waits.sinceLast(MARK);
    expect(first).toBeGreaterThan(200);
    // Counted twice it would be at least as much again. The kernel credits a wait when it ends, so a part of the first may come now.
    expect(waits.sinceLast(MARK), 'the next look begins where this one ended').toBeLessThan(first ?? 0);
    waits.forget();
    expect(waits.sinceLast(MARK)).toBeUndefined();
  });

  test('processes of another run wait for themselves alone', async () => {
    const waits = processorWaits();
    await twoBusyOnOneProcessor({ ...process.env, [MARK.variable]: 'another' });
    waits.sinceLast(MARK);
    await passed(400);
    expect(waits.sinceLast(MARK)).toBeLessThan(100);
  });
});
