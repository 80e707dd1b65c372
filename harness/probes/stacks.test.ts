import { expect, test } from 'vitest';
import { childThat } from './child.contract.ts';
import { stacksOf } from './stacks.ts';

const APART_MS = 300;

async function twice(pid: number): Promise<[Awaited<ReturnType<typeof stacksOf>>, Awaited<ReturnType<typeof stacksOf>>]> {
  const first = await stacksOf([pid]);
  await new Promise((resolve) => setTimeout(resolve, APART_MS));
  return [first, await stacksOf([pid])];
}

test('two dumps of a process that waits are equal and it used no processor', async () => {
  await using child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  // The first dump may still catch the end of the start.
  await new Promise((resolve) => setTimeout(resolve, APART_MS));
  const [first, second] = await twice(child.pid);
  expect(second.threads).toEqual(first.threads);
  expect(second.handles).toEqual(first.handles);
  expect(second.cpuMs - first.cpuMs).toBeLessThanOrEqual(20);
  expect(first.threads.some((thread) => thread.includes(': S, waits in '))).toBe(true);
  expect(second.asleep).toBe(true);
  expect(first.handles.length).toBeGreaterThan(3);
});

test('a process that spins shows by its processor time', async () => {
  await using child = await childThat(`console.log('up'); setTimeout(() => { for (;;); }, 10);`);
  const [first, second] = await twice(child.pid);
  expect(second.cpuMs - first.cpuMs).toBeGreaterThan(APART_MS / 5);
  expect(second.threads.some((thread) => thread.includes(': R, '))).toBe(true);
  expect(second.asleep).toBe(false);
});

test('a stopped process shows as stopped', async () => {
  await using child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  process.kill(child.pid, 'SIGSTOP');
  await expect.poll(async () => (await stacksOf([child.pid])).threads.every((thread) => thread.includes(': T, '))).toBe(true);
});

test('a process that has gone has nothing', async () => {
  const child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  await child[Symbol.asyncDispose]();
  expect(await stacksOf([child.pid])).toEqual({ cpuMs: 0, threads: [], asleep: false, handles: [] });
});
