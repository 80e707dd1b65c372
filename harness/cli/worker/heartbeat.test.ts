// Real processes: one whose event loop does not turn, and one that sleeps.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { met } from '../testing/user-project.double.ts';
import { watchHeart } from './heartbeat.ts';

const LOOP_MS = 1_000;

async function watched(code: string, act: (told: string[]) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const told: string[] = [];
  using _heart = watchHeart(
    () => child.pid,
    (what) => told.push(what),
    LOOP_MS,
  );
  try {
    await act(told);
  } finally {
    child.kill('SIGKILL');
  }
}

test('an event loop that works and does not turn is told once, by the processor time that it used', async () => {
  await watched("console.log('up'); setTimeout(() => { for (;;); }, 10)", async (told) => {
    await met('the loop', () => told.length > 0, 120_000);
    expect(told).toEqual([expect.stringMatching(/^its event loop did not turn for \d+ s of processor time: an endless loop$/)]);
  });
}, 150_000);

test('one that is only late is not: it has used no processor time', async () => {
  await watched("console.log('up'); setInterval(() => {}, 1000)", async (told) => {
    await new Promise((resolve) => setTimeout(resolve, 2 * LOOP_MS));
    expect(told).toEqual([]);
  });
}, 30_000);
