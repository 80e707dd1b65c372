import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { poll } from './poll.ts';
import {
  allPids,
  commandLineOf,
  descriptorsOf,
  newcomers,
  procText,
  startTimeOf,
  stateOf,
  targetOfDescriptor,
  threadStatuses,
} from './proc.ts';

/** More than any Linux gives (PID_MAX_LIMIT is 2^22). */
const NOBODY = 5_000_000;

test('a process that runs says its state, its start, its words and what it has open', async () => {
  const child = spawn('sleep', ['60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = child.pid ?? 0;
  try {
    await poll(() => commandLineOf(pid) === 'sleep 60' || undefined, { withinMs: 2_000 });
    expect(allPids()).toContain(pid);
    expect(commandLineOf(pid)).toBe('sleep 60');
    expect(Number(startTimeOf(pid))).toBeGreaterThan(0);
    expect(threadStatuses(pid)).toEqual([expect.stringContaining(`\nPid:\t${pid}\n`)]);
    expect(descriptorsOf(pid)).toEqual(expect.arrayContaining([0, 1, 2]));
    expect(targetOfDescriptor(pid, 0)).toBe('/dev/null');
    child.kill('SIGSTOP');
    expect(await poll(() => (stateOf(pid) === 'T' ? 'stopped' : undefined), { withinMs: 2_000 })).toBe('stopped');
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

test('one that has died and that nobody asked about has no start time any more', async () => {
  // A shell would ask about it. So it ends when the shell has become a program that does not.
  const parent = spawn('sh', ['-c', 'read line <&3 & echo $!; exec sleep 60 3<&-'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
  try {
    const [chunk] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
    const zombie = Number(chunk.toString());
    await poll(() => (commandLineOf(parent.pid ?? 0).startsWith('sleep') ? true : undefined), { withinMs: 10_000 });
    (parent.stdio[3] as Writable).end();
    expect(await poll(() => (stateOf(zombie) === 'Z' ? 'a zombie' : undefined), { withinMs: 10_000 })).toBe('a zombie');
    expect(startTimeOf(zombie)).toBeUndefined();
    expect(commandLineOf(zombie)).toBe('(ended)');
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});

test('one that is not there reads as nothing', () => {
  expect([procText(NOBODY, 'maps'), stateOf(NOBODY), startTimeOf(NOBODY), descriptorsOf(NOBODY), targetOfDescriptor(NOBODY, 0)]).toEqual(
    Array.from({ length: 5 }),
  );
  expect(threadStatuses(NOBODY)).toEqual([]);
  expect(commandLineOf(NOBODY)).toBe('(ended)');
});

test('who begins later is a newcomer, and who was there is none', async () => {
  const begin = async (): Promise<{ pid: number; end(): Promise<void> }> => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const gone = once(child, 'exit');
    return { pid: child.pid as number, end: async () => void (child.kill('SIGKILL'), await gone) };
  };
  const [before, other] = [await begin(), await begin()];
  const begun = newcomers();
  const after = await begin();
  try {
    expect([before.pid, after.pid, process.pid].map((pid) => begun().includes(pid))).toEqual([false, true, false]);
    await other.end();
    expect(begun()).not.toContain(other.pid);
  } finally {
    await Promise.all([before, after].map((each) => each.end()));
  }
});

/** In a PID namespace of its own, where the kernel can be told which number comes next. */
const NUMBER_COMES_BACK = `
  import { spawn } from 'node:child_process';
  import { once } from 'node:events';
  import { writeFileSync } from 'node:fs';
  import { newcomers } from '${join(import.meta.dirname, 'proc.ts')}';
  const sleeper = async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    return child;
  };
  const first = await sleeper();
  const begun = newcomers();
  first.kill('SIGKILL');
  await once(first, 'exit');
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(first.pid - 1));
  const second = await sleeper();
  process.stdout.write(JSON.stringify([second.pid === first.pid, begun().includes(second.pid)]));
  second.kill('SIGKILL');
`;

test('who has the number of one that was there is a newcomer all the same', () => {
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const words = [...own, '--pid', '--fork', '--mount-proc', process.execPath, '--input-type=module', '--eval', NUMBER_COMES_BACK];
  expect(JSON.parse(execFileSync('unshare', words, { encoding: 'utf8' }))).toEqual([true, true]);
});
