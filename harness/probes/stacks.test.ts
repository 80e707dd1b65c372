import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { childThat } from './child.contract.ts';
import { stacksOf } from './stacks.ts';

const APART_MS = 300;

async function twice(pid: number): Promise<[Awaited<ReturnType<typeof stacksOf>>, Awaited<ReturnType<typeof stacksOf>>]> {
  const first = await stacksOf([pid]);
  await new Promise((resolve) => setTimeout(resolve, APART_MS));
  return [first, await stacksOf([pid])];
}

function quiet([first, second]: Awaited<ReturnType<typeof twice>>): Record<string, boolean> {
  return {
    sameThreads: isDeepStrictEqual(second.threads, first.threads),
    sameHandles: isDeepStrictEqual(second.handles, first.handles),
    usedProcessor: second.cpuMs - first.cpuMs > 20,
    asleep: second.asleep,
  };
}

test('two dumps of a process that waits are equal and it used no processor', async () => {
  await using child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  // The first dumps may still catch the end of the start, on a busy machine for long.
  await expect
    .poll(async () => quiet(await twice(child.pid)), { timeout: 20_000 })
    .toMatchObject({ sameThreads: true, sameHandles: true, usedProcessor: false, asleep: true });
  const { threads, handles } = await stacksOf([child.pid]);
  expect(threads.some((thread) => thread.includes(': S, waits in '))).toBe(true);
  expect(handles.length).toBeGreaterThan(3);
});

test('a process that spins shows by its processor time', async () => {
  await using child = await childThat(`console.log('up'); setTimeout(() => { for (;;); }, 10);`);
  const first = await stacksOf([child.pid]);
  await expect.poll(async () => (await stacksOf([child.pid])).cpuMs - first.cpuMs, { timeout: 20_000 }).toBeGreaterThan(APART_MS / 5);
  const { threads, asleep } = await stacksOf([child.pid]);
  expect(threads.some((thread) => thread.includes(': R, '))).toBe(true);
  expect(asleep).toBe(false);
});

test('a stopped process shows as stopped', async () => {
  await using child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  process.kill(child.pid, 'SIGSTOP');
  await expect.poll(async () => (await stacksOf([child.pid])).threads.every((thread) => thread.includes(': T, '))).toBe(true);
});

test('a process that has gone has nothing', async () => {
  const child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  await child[Symbol.asyncDispose]();
  expect(await stacksOf([child.pid])).toEqual({ cpuMs: 0, movedBytes: 0, threads: [], asleep: false, handles: [] });
});

test('what a process reads and writes is counted, also while it waits at each look', async () => {
  await using child = await childThat(`
    console.log('up');
    const fs = require('node:fs'), file = fs.openSync('/dev/null', 'w');
    setInterval(() => fs.writeSync(file, Buffer.alloc(2_048)), 5);
  `);
  const first = await stacksOf([child.pid]);
  await expect.poll(async () => (await stacksOf([child.pid])).movedBytes - first.movedBytes, { timeout: 20_000 }).toBeGreaterThan(8_192);
});
