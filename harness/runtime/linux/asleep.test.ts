// Looks at real processes: one that only waits, one that computes, and both together.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allAsleep } from './asleep.ts';

let waiting: ChildProcess;
let busy: ChildProcess;

beforeAll(async () => {
  waiting = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 60_000)'], { stdio: ['ignore', 'pipe', 'ignore'] });
  busy = spawn(process.execPath, ['-e', 'console.log(1); for (;;);'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await Promise.all([waiting, busy].map((child) => once(child.stdout as NodeJS.ReadableStream, 'data')));
});
afterAll(() => [waiting, busy].forEach((child) => child.kill('SIGKILL')));

test('a process that only waits is asleep', async () => {
  await expect.poll(() => allAsleep([waiting.pid as number]), { timeout: 10_000 }).toBe(true);
});

test('a process that computes is not, and neither are two of which one computes', async () => {
  expect(await allAsleep([busy.pid as number])).toBe(false);
  expect(await allAsleep([waiting.pid as number, busy.pid as number])).toBe(false);
});

test('nobody is asleep where nobody is, and a process that has gone is not', async () => {
  expect(await allAsleep([])).toBe(false);
  expect(await allAsleep([2 ** 30])).toBe(false);
});
