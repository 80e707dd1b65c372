import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeClocks, isClockRemains, removeClockRemains, setClockOf } from './fake-clock.ts';
import { poll } from './poll.ts';
import { RuntimeError } from '../runtime.ts';

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

test('what a zombie left in /dev/shm goes, and what a process was told to map stays', async () => {
  const zombie = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(zombie.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  const gone = [`sem.faketime_sem_${pid}`, `faketime_shm_${pid}`].map((name) => `/dev/shm/${name}`);
  const told = ['/dev/shm/sem.faketime_sem_4194302', '/dev/shm/faketime_shm_4194302'];
  const heir = spawn('sleep', ['60'], { env: { FAKETIME_SHARED: '/faketime_sem_4194302 /faketime_shm_4194302' } });
  await Promise.all([...gone, ...told].map((file) => writeFile(file, '')));
  try {
    await poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') || undefined, { withinMs: 5_000 });
    await poll(() => readFileSync(`/proc/${heir.pid}/environ`, 'utf8').startsWith('FAKETIME') || undefined, { withinMs: 5_000 });
    // Another sweep of this machine may have been faster.
    await removeClockRemains();
    expect([...gone, ...told].map((file) => existsSync(file))).toEqual([false, false, true, true]);
  } finally {
    for (const child of [zombie, heir]) child.kill('SIGKILL');
    await Promise.all([...gone, ...told].map((file) => rm(file, { force: true })));
  }
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

test('what a clock of ours leaves in /dev/shm is no file of the system, and what has another name or place is', () => {
  const names = [
    '/dev/shm/faketime_shm_9',
    '/dev/shm/sem.faketime_sem_9',
    '/dev/shm/faketime_shm_x',
    '/tmp/faketime_shm_9',
    '/dev/shm/mine',
  ];
  expect(names.map(isClockRemains)).toEqual([true, true, false, false, false]);
});
