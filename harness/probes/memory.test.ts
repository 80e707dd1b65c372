import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { childThat } from './child.contract.ts';
import { liveMemoryOf, memoryOf } from './memory.ts';
import { readProc } from './proc.ts';

test('what a Node program keeps alive is told to the kilobyte, garbage or not, and its inspector is closed again', async () => {
  await using child = await childThat(`
    process.debugPort = 0;
    const kept = [];
    globalThis.on = (line) => {
      if (line === 'keep') for (let i = 0; i < 100; i++) kept.push(Buffer.alloc(50_000, 1));
      if (line === 'drop') for (let i = 0; i < 1_000; i++) JSON.parse(JSON.stringify({ dropped: 'x'.repeat(50_000) }));
      console.log('done');
    };
    console.log('up');`);
  const alive = async (): Promise<number> => (await liveMemoryOf([child.pid]))?.liveBytes ?? Number.NaN;
  await alive();
  const before = await alive();
  await child.ask('drop');
  const dropped = await alive();
  await child.ask('keep');
  const kept = await alive();
  expect(Math.abs(dropped - before)).toBeLessThan(1_000_000);
  expect(kept - dropped).toBeGreaterThan(4_900_000);
  expect(kept - dropped).toBeLessThan(6_000_000);
});

// A program whose end comes while somebody is attached says "Waiting for the debugger to disconnect..." and waits.
test('who is asked to end right after a reading ends at once', async () => {
  for (let round = 0; round < 12; round++) {
    await using child = await childThat(`process.debugPort = 0; process.on('SIGTERM', () => process.exit(0)); console.log('up');`);
    expect((await liveMemoryOf([child.pid]))?.liveBytes).toBeGreaterThan(0);
    process.kill(child.pid, 'SIGTERM');
    await expect.poll(() => readProc(`${child.pid}/stat`), { timeout: 5_000 }).toBeUndefined();
  }
});

test('a program that is no Node program gets no signal: what is resident is said', async () => {
  await using stack = new AsyncDisposableStack();
  const sleep = spawn('sleep', ['60'], { stdio: 'ignore' });
  stack.defer(() => void sleep.kill('SIGKILL'));
  await once(sleep, 'spawn');
  const sample = await liveMemoryOf([sleep.pid ?? 0]);
  expect(sample).toEqual({ residentBytes: expect.any(Number) as number, peakBytes: expect.any(Number) as number });
  expect(sleep.exitCode ?? sleep.signalCode).toBeNull();
  await using node = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  expect(memoryOf([node.pid])).toMatchObject({ garbage: 'some' });
  const [one, both] = [memoryOf([node.pid]), memoryOf([node.pid, sleep.pid ?? 0])];
  expect(both?.residentBytes).toBeGreaterThan(one?.residentBytes ?? Infinity);
  // Of the largest process, which may have grown by some pages between the two looks.
  expect(both?.peakBytes).toBeGreaterThanOrEqual(one?.peakBytes ?? Infinity);
  expect(both?.peakBytes).toBeLessThan((one?.peakBytes ?? 0) + 1_000_000);
  await node[Symbol.asyncDispose]();
  expect(memoryOf([node.pid])).toBeUndefined();
});
