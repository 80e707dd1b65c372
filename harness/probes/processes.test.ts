import { expect, test } from 'vitest';
import { childThat } from './child.contract.ts';
import { residentBytesOf } from './memory.ts';
import { processesOf } from './processes.ts';

test('a process tells its parent, its command and its threads', async () => {
  await using child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  const [found] = processesOf([child.pid]);
  expect(found).toMatchObject({ pid: child.pid, parent: process.pid });
  expect(found?.command).toContain('setInterval');
  expect(found?.threads.some((thread) => thread.tid === child.pid)).toBe(true);
});

test('a name with brackets and blanks is read as it is', async () => {
  await using child = await childThat(`process.title = 'a) S (b'; console.log('up'); setInterval(() => {}, 1e6);`);
  const [found] = processesOf([child.pid]);
  expect(found?.parent).toBe(process.pid);
  expect(found?.threads.find((thread) => thread.tid === child.pid)?.name).toBe('a) S (b');
});

test('a process that has gone is not there', async () => {
  const child = await childThat(`console.log('up'); setInterval(() => {}, 1e6);`);
  await child[Symbol.asyncDispose]();
  expect(processesOf([child.pid])).toEqual([]);
  expect(residentBytesOf([child.pid])).toBeUndefined();
});

test('resident memory grows with what a process keeps', async () => {
  await using child = await childThat(`
    globalThis.on = () => { globalThis.kept = Buffer.alloc(50_000_000, 1); console.log('kept'); };
    console.log('up');`);
  const before = residentBytesOf([child.pid]) ?? 0;
  await child.ask('keep');
  const grownBy = (residentBytesOf([child.pid]) ?? 0) - before;
  expect(grownBy).toBeGreaterThan(40_000_000);
  expect(grownBy).toBeLessThan(80_000_000);
});
