// A real bench, ended in the middle of its load: whatever ended it, its load generators go with it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../run/waits/until.ts';
import { startTimeOf } from '../runtime/linux/proc.ts';

const LOADS = 4 * availableParallelism();
const WITHIN_MS = 20_000;

test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const)(
  '%s to a bench leaves no load generator behind',
  async (signal) => {
    // Who is killed removes no folders: those of this bench are in one that the test removes.
    const temporary = await mkdtemp(join(tmpdir(), 'tw-'));
    const env = { ...process.env, TMPDIR: temporary };
    const bench = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), 'split-pipe'], { stdio: 'ignore', env });
    const exited = once(bench, 'exit');
    const family = new Map<number, string>();
    try {
      await met('the load generators', () => {
        for (const [pid, started] of descendantsOf(bench.pid ?? 0)) family.set(pid, started);
        return loadGenerators([...family.keys()]).length >= LOADS;
      });
      for (const [pid, started] of descendantsOf(bench.pid ?? 0)) family.set(pid, started);
      bench.kill(signal);
      await exited;
      await met('the end of all that the bench had started', () => alive(family).length === 0);
    } finally {
      bench.kill('SIGKILL');
      for (const pid of alive(family)) process.kill(pid, 'SIGKILL');
      await rm(temporary, { recursive: true, force: true });
    }
    expect(alive(family)).toEqual([]);
  },
  60_000,
);

async function met(what: string, condition: () => boolean): Promise<void> {
  const waited = await until(condition, { withinMs: WITHIN_MS, signal: new AbortController().signal });
  if (!waited.met) throw new Error(`waited for ${what}: ${waited.lastSeen}`);
}

function alive(family: ReadonlyMap<number, string>): number[] {
  return [...family].filter(([pid, started]) => startTimeOf(pid) === started).map(([pid]) => pid);
}

function loadGenerators(pids: readonly number[]): number[] {
  return pids.filter(
    (pid) => !read(`/proc/${pid}/cmdline`).startsWith('/bin/sh') && read(`/proc/${pid}/cmdline`).includes('Date.now() < end'),
  );
}

/** With their start times, by the parents that /proc names. */
function descendantsOf(ancestor: number): Map<number, string> {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((entry) => [Number(entry), parentOf(Number(entry))] as const);
  const found = new Map<number, string>();
  const look = (parent: number): void => {
    for (const [pid] of parents.filter(([, of]) => of === parent)) {
      found.set(pid, startTimeOf(pid) ?? '');
      look(pid);
    }
  };
  look(ancestor);
  return found;
}

function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
