import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { poll } from './poll.ts';
import { allPids, commandLineOf, descriptorsOf, procText, startTimeOf, stateOf, targetOfDescriptor, threadStatuses } from './proc.ts';

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
