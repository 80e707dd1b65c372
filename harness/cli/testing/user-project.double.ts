// A user's project of its own in a temporary folder, and the command line as a user starts it there.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Summary } from '../../results/summary.ts';
import { until } from '../../run/waits/until.ts';

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Started {
  pid: number;
  out: () => string;
  ended: Promise<Ended>;
}

export interface UserProject extends AsyncDisposable {
  root: string;
  start(words: readonly string[], env?: NodeJS.ProcessEnv): Started;
  tornwire(...words: readonly string[]): Promise<Ended>;
  summary(): Promise<Summary>;
  /** Whatever of this project runs: its servers, and the processes that play its scenarios. */
  alive(): Promise<string[]>;
  /** The processes that play its scenarios. */
  workers(): Promise<number[]>;
  /** Processes of this project's runs, by their command line. */
  serversAlive(): Promise<string[]>;
}

/** @param from a folder beside this file. */
export async function userProject(from = 'test-project'): Promise<UserProject> {
  const root = await mkdtemp(join(tmpdir(), 'tw-project-'));
  await cp(join(import.meta.dirname, from), root, { recursive: true });
  await symlink(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
  const children: ChildProcess[] = [];
  const start = (words: readonly string[], env: NodeJS.ProcessEnv = {}): Started => started(root, words, env, children);
  return {
    root,
    start,
    tornwire: (...words) => start(words).ended,
    summary: async () => JSON.parse(await readFile(join(root, 'results', 'latest', 'summary.json'), 'utf8')) as Summary,
    alive: async () => (await processesWith(root)).map(({ line }) => line),
    workers: async () =>
      (await processesWith('worker/main')).filter(({ line }) => isNode(line) && line.includes(root)).map(({ pid }) => pid),
    serversAlive: async () => (await processesWith(`${root}/program/echo.mjs`)).map(({ line }) => line),
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(endChild));
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Waits for a condition on something that was started, and says what it last saw when it does not come. */
export async function met(what: string, condition: () => unknown, withinMs = 15_000): Promise<void> {
  const waited = await until(condition, { withinMs, signal: new AbortController().signal });
  if (!waited.met) throw new Error(`waited for ${what}: ${waited.lastSeen}`);
}

/** A test that has failed ends what it had started and waits for no more. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const overdue = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(overdue);
}

function started(cwd: string, words: readonly string[], env: NodeJS.ProcessEnv, children: ChildProcess[]): Started {
  const main = join(import.meta.dirname, '../../main.ts');
  const child = spawn(process.execPath, [main, ...words], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return {
    pid: child.pid ?? 0,
    out: () => out,
    ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err }))),
  };
}

/** And not what a box has put before it. */
function isNode(line: string): boolean {
  return basename(line.split('\0')[0] ?? '') === 'node';
}

async function processesWith(text: string): Promise<{ pid: number; line: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => ({ pid: Number(pid), line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
  );
  return all.filter(({ line }) => line.includes(text));
}
