import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeClocks, removeClockRemains, setClockOf } from './fake-clock.ts';
import { RuntimeError } from './runtime.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tw-clock-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a node that keeps the machine’s clock is named where all were to be faster', async () => {
  const clocks = await fakeClocks(folder, { speed: 10, stepped: [] }, '/nowhere.so');
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  try {
    expect(() => clocks.followed('static', [child.pid ?? 0])).toThrow(RuntimeError);
    expect(() => clocks.followed('static', [child.pid ?? 0])).toThrow("clock speed 10: node 'static' keeps the machine's clock");
    expect(() => clocks.followed('gone', []), 'one that has ended cannot be asked').not.toThrow();
  } finally {
    child.kill('SIGKILL');
  }
});

test('each start gets an offset for what was gained before it', async () => {
  const clocks = await fakeClocks(folder, { speed: 10, stepped: [] }, '/nowhere.so');
  const offset = async (): Promise<number> => {
    await clocks.starting('node');
    const { FAKETIME_TIMESTAMP_FILE: file = '' } = clocks.variables('node');
    const [, seconds, speed] = /^\+([\d.]+) x(\d+)$/.exec(await readFile(file, 'utf8')) ?? [];
    expect(speed).toBe('10');
    return Number(seconds);
  };
  const startedMs = performance.now();
  const first = await offset();
  const second = await offset();
  expect(second).toBeGreaterThan(first);
  expect(second).toBeLessThanOrEqual(9 * ((performance.now() - startedMs) / 1_000 + 1));
});

test('only the clock of a node that was asked for can be moved, and only its wall clock', async () => {
  const clocks = await fakeClocks(folder, { speed: 1, stepped: ['moved'] }, '/nowhere.so');
  expect(clocks.variables('other')).toEqual({});
  expect(clocks.variables('moved')).toMatchObject({ LD_PRELOAD: '/nowhere.so', FAKETIME_DONT_FAKE_MONOTONIC: '1' });
  expect(await setClockOf(clocks, 'moved', -1_500, [process.pid]), 'this process follows no such clock').toBe(0);
  expect(await readFile(clocks.variables('moved')['FAKETIME_TIMESTAMP_FILE'] ?? '', 'utf8')).toBe('-1.500000');
  await expect(setClockOf(clocks, 'other', 1, [])).rejects.toThrow("'other'");
  await expect(setClockOf(undefined, 'moved', 1, [])).rejects.toThrow("the clock of node 'moved' is the machine's");
});

test('what a killed process left in /dev/shm goes, and what a living one made stays', async () => {
  const [dead, alive] = ['/dev/shm/faketime_shm_4194303', `/dev/shm/faketime_shm_${process.pid}`] as const;
  await Promise.all([dead, alive].map((file) => writeFile(file, '')));
  try {
    await removeClockRemains();
    expect([dead, alive].map((file) => existsSync(file))).toEqual([false, true]);
  } finally {
    await Promise.all([dead, alive].map((file) => rm(file, { force: true })));
  }
});
