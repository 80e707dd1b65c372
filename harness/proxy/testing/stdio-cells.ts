// What can be asked of a child over stdio and its parent. Each question is put twice, by hand and by way of a link, with the
// same programs, and the answer is plain data.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Cell {
  /** The question, for the table. */
  what: string;
  command: readonly string[];
  /** The same for both ways of spawning, unless it is only of one. */
  only?: 'detached' | 'attached';
  /** Left out where it is not there. */
  needs?: 'python3';
  ask(how: How): Promise<unknown>;
}

interface How {
  words: readonly string[];
  detached: boolean;
}

/** Everything that is started here, so that nothing is left. */
const started = new Set<number>();

export function endAll(): void {
  for (const pid of started) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
  started.clear();
}

function sh(code: string): string[] {
  return ['sh', '-c', code, 'sh'];
}

function node(code: string): string[] {
  return [process.execPath, '-e', code];
}

type Child = ChildProcess & { stdin: Writable; stdout: Readable; stderr: Readable };

function start({ words, detached }: How, options: SpawnOptions = {}): Child {
  const [file, ...rest] = words;
  const child = spawn(file!, rest, { stdio: 'pipe', detached, ...options }) as Child;
  started.add(child.pid!);
  child.stdin?.on('error', () => {});
  return child;
}

async function exitOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, signal: child.signalCode };
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** The first line of a stream that goes on. */
async function lineOf(stream: Readable): Promise<string> {
  let text = '';
  stream.setEncoding('latin1');
  await new Promise<void>((resolve) => {
    stream.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) resolve();
    });
    stream.on('end', resolve);
  });
  return text.split('\n')[0]!;
}

function statOf(pid: number): { state: string; parent: number; group: number; session: number } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent, group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: state!, parent: Number(parent), group: Number(group), session: Number(session) };
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z';
}

async function until(reached: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!reached()) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within 20 s`);
    await sleep(5);
  }
}

/** An environment with all that a careless link would change. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  TMPDIR: '/tmp/of the parent',
  PWD: '/nowhere',
  'with.dot': '1',
  EMPTY: '',
  SHLVL: '7',
  _: 'underscore',
  NODE_OPTIONS: '--no-deprecation',
  NODE_COMPILE_CACHE: '',
  'lines\nin': 'a\nb',
  LAST: "it's",
};

const facts: Cell[] = [
  {
    what: 'process number, parent, group and session',
    command: sh('echo ready; read -r line'),
    async ask(how) {
      const child = start(how);
      await lineOf(child.stdout);
      const [its, ours] = [statOf(child.pid!)!, statOf(process.pid)!];
      child.stdin.end('\n');
      await exitOf(child);
      return {
        exists: its.state,
        parent: its.parent === process.pid,
        group: its.group === child.pid ? 'its own' : its.group === ours.group,
        session: its.session === child.pid ? 'its own' : its.session === ours.session,
      };
    },
  },
  {
    what: 'environment, byte by byte and in its order; TMPDIR',
    command: sh('cat /proc/$$/environ'),
    async ask(how) {
      return (await textOf(start(how, { env: ENVIRONMENT }).stdout)).split('\0');
    },
  },
  {
    what: 'arguments, working folder, umask, signals ignored and blocked, tracer',
    command: sh(
      `tr '\\0' '|' </proc/$$/cmdline; readlink /proc/$$/cwd; grep -E '^(Umask|TracerPid|Sig|NoNewPrivs|Seccomp):?' /proc/$$/status | grep -v SigQ`,
    ),
    ask: (how) => textOf(start(how, { cwd: '/usr' }).stdout),
  },
  {
    what: 'open descriptors and their flags, those above 2 too',
    command: sh(
      `cd /proc/$$/fd; for fd in *; do echo "$fd $(readlink "$fd" | sed 's/:.*//') $(sed -n 's/^flags://p' ../fdinfo/"$fd")"; done`,
    ),
    async ask(how) {
      const file = fs.openSync('/dev/null', 'r');
      const child = start(how, { stdio: ['pipe', 'pipe', 'pipe', file, 'pipe'] });
      fs.closeSync(file);
      return (await textOf(child.stdout)).split('\n');
    },
  },
  {
    what: 'a stream that is closed from the start',
    needs: 'python3',
    command: ['python3', '-c', 'import os; print(os.listdir("/proc/self/fd"))'],
    async ask({ words, detached }) {
      const [file, ...rest] = words;
      return textOf(start({ words: ['sh', '-c', 'exec "$0" "$@" <&- 2>&-', file!, ...rest], detached }).stdout);
    },
  },
  {
    what: 'a stream that is a file or the null device stays one',
    command: sh('cd /proc/$$/fd; readlink 0 2; echo done >&2'),
    ask: (how) => textOf(start(how, { stdio: ['ignore', 'pipe', 'ignore'] }).stdout),
  },
  {
    what: 'a channel of messages beside the streams',
    command: node(`process.once('message', (n) => process.send(n + 1, () => process.disconnect()))`),
    async ask(how) {
      const child = start(how, { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
      child.send(41);
      const [answer] = (await once(child, 'message')) as [number];
      return { answer, ...(await exitOf(child)) };
    },
  },
];

const ends: Cell[] = [
  {
    what: 'what it printed before it ended, and its code',
    command: sh('head -c 300000 /dev/zero; echo why >&2; exit 3'),
    async ask(how) {
      const child = start(how);
      const [out, error, exit] = await Promise.all([textOf(child.stdout), textOf(child.stderr), exitOf(child)]);
      return { bytes: out.length, error, ...exit };
    },
  },
  {
    what: 'its own death by a signal',
    command: sh('kill -SEGV $$'),
    ask: (how) => exitOf(start(how)),
  },
  {
    what: 'end of stdin',
    command: sh('cat; exit 6'),
    async ask(how) {
      const child = start(how);
      child.stdin.end('all of it');
      const [out, exit] = await Promise.all([textOf(child.stdout), exitOf(child)]);
      return { out, ...exit };
    },
  },
  {
    what: 'its parent reads stdout no more',
    command: sh('echo ready; while sleep 0.02; do echo more; done'),
    async ask(how) {
      const child = start(how);
      await lineOf(child.stdout);
      child.stdout.destroy();
      return exitOf(child);
    },
  },
  {
    what: 'it closes its stdin and lives on',
    command: sh('exec <&-; echo closed; exec sleep 60'),
    async ask(how) {
      const child = start(how);
      await lineOf(child.stdout);
      const failed = once(child.stdin, 'error') as Promise<[NodeJS.ErrnoException]>;
      const writing = setInterval(() => child.stdin.write('x'), 5);
      const [error] = await failed;
      clearInterval(writing);
      const alive = isAlive(child.pid!);
      child.kill('SIGKILL');
      return { code: error.code, alive };
    },
  },
  {
    what: 'it ends while a grandchild holds its output open',
    command: sh('sleep 60 & echo $!; exit 2'),
    async ask(how) {
      const child = start(how);
      const pid = Number(await lineOf(child.stdout));
      started.add(pid);
      const exit = await exitOf(child);
      const answer = { ...exit, open: !child.stdout.readableEnded, grandchild: isAlive(pid) };
      process.kill(pid, 'SIGKILL');
      return answer;
    },
  },
];

const signals: Cell[] = [
  {
    what: 'a signal to its process number',
    command: sh('sleep 60 & echo $!; wait'),
    async ask(how) {
      const child = start(how);
      const pid = Number(await lineOf(child.stdout));
      started.add(pid);
      child.kill('SIGTERM');
      return { ...(await exitOf(child)), grandchild: isAlive(pid) };
    },
  },
  {
    what: 'a signal to its group',
    command: sh('sleep 60 & echo $!; wait'),
    only: 'detached',
    async ask(how) {
      const child = start(how);
      const pid = Number(await lineOf(child.stdout));
      started.add(pid);
      process.kill(-child.pid!, 'SIGTERM');
      const exit = await exitOf(child);
      await until(() => !isAlive(pid), 'the end of the grandchild');
      return exit;
    },
  },
  {
    what: 'a signal that it handles',
    command: sh(`trap 'echo got it; exit 9' HUP; echo ready; while :; do sleep 0.02; done`),
    async ask(how) {
      const child = start(how);
      const out = textOf(child.stdout);
      await until(() => caught(child.pid!, 1), 'a handler');
      child.kill('SIGHUP');
      return { ...(await exitOf(child)), out: await out };
    },
  },
  {
    what: 'it is stopped and goes on',
    command: sh('cat'),
    async ask(how) {
      const child = start(how);
      const out = textOf(child.stdout);
      child.stdin.write('before ');
      await until(() => fs.readFileSync(`/proc/${child.pid}/comm`, 'latin1').trim() === 'sh', 'the command');
      child.kill('SIGSTOP');
      await until(() => statOf(child.pid!)?.state === 'T', 'a stop');
      child.stdin.end('after');
      child.kill('SIGCONT');
      return { ...(await exitOf(child)), out: await out };
    },
  },
];

function caught(pid: number, signal: number): boolean {
  const set = /^SigCgt:\s+(\w+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? '0';
  return ((BigInt(`0x${set}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/** A parent of its own, for what becomes of a child when that happens to its parent. */
const PARENT = `
  const { spawn } = require('node:child_process');
  const [file, ...words] = JSON.parse(process.env.WORDS);
  const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'], detached: process.env.DETACHED === 'true' });
  child.stdout.once('data', () => {
    const fs = require('node:fs');
    const children = fs.readdirSync('/proc').filter((pid) => {
      try { return fs.readFileSync('/proc/' + pid + '/stat', 'latin1').split(') ')[1].split(' ')[1] === String(process.pid); } catch { return false; }
    });
    console.log(JSON.stringify({ pid: child.pid, children: children.length, descriptors: fs.readdirSync('/proc/self/fd').length }));
  });
  if (process.env.EXITS === 'true') child.stdout.once('data', () => setImmediate(() => process.exit(0)));`;

/** It ignores the end of its stdin, of which it writes a file. */
const STUBBORN = (file: string): string => `echo ready; cat >/dev/null; echo seen >"${file}"; exec sleep 60`;

function parentCell(what: string, happens: (parent: Child) => Promise<void> | void): Cell {
  return {
    what,
    command: sh(STUBBORN('$SEEN')),
    async ask({ words, detached }) {
      const folder = await mkdtemp(join(tmpdir(), 'tw-'));
      const seen = join(folder, 'seen');
      const env = {
        ...process.env,
        WORDS: JSON.stringify(words),
        DETACHED: String(detached),
        SEEN: seen,
        EXITS: String(what.includes('exits')),
      };
      const parent = start({ words: node(PARENT), detached: true }, { env });
      const told = JSON.parse(await lineOf(parent.stdout)) as { pid: number; children: number; descriptors: number };
      started.add(told.pid);
      await happens(parent);
      await exitOf(parent);
      await until(() => fs.existsSync(seen), 'the end of its stdin');
      const alive = isAlive(told.pid);
      process.kill(told.pid, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
      return { alive, children: told.children, descriptors: told.descriptors };
    },
  };
}

const parents: Cell[] = [
  parentCell('its parent is killed; the parent’s own processes and descriptors', (parent) => void parent.kill('SIGKILL')),
  parentCell('its parent exits', () => {}),
  parentCell('its parent is stopped, then killed', async (parent) => {
    parent.kill('SIGSTOP');
    await until(() => statOf(parent.pid!)?.state === 'T', 'a stop');
    parent.kill('SIGKILL');
  }),
  {
    what: 'a parent in Python: pipes, signals ignored and blocked, what lies unread when it has asked for the end',
    needs: 'python3',
    command: [],
    async ask({ words, detached }) {
      const commands = [['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status'], sh('readlink /proc/$$/fd/1 | cut -c1-4; cat; exit 5')].map(
        (command) => JSON.stringify([...words, ...command]),
      );
      const parent = start({ words: ['python3', '-c', PYTHON_PARENT, detached ? 'detached' : '', ...commands], detached: false });
      const [out, error] = await Promise.all([textOf(parent.stdout), textOf(parent.stderr)]);
      return { out: out.split('\n'), error };
    },
  },
];

const PYTHON_PARENT = `
import json, signal, subprocess, sys
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
for words in sys.argv[2:]:
    child = subprocess.Popen(json.loads(words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, restore_signals=False, start_new_session=bool(sys.argv[1]))
    try:
        child.stdin.write(b'hello')
        child.stdin.close()
    except BrokenPipeError:
        pass
    child.wait()
    print(child.stdout.read().decode(), child.returncode)
`;

/**
 * Starts a command and never reads what it prints. Node alone would read ahead by up to 64 KiB, more on a busy machine than on an idle one, so it
 * does nothing any more once it has told the command's process.
 */
const NEVER_READS = `
const [, ...words] = process.argv;
const child = require('node:child_process').spawn(words[0], words.slice(1), { stdio: 'pipe' });
require('node:fs').writeSync(1, child.pid + '\\n');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
process.kill(child.pid, 'SIGKILL');
`;

/** How many blocks of a writer are taken when it blocks, while its parent does not read. */
export async function writtenUntilBlocked(words: (command: readonly string[]) => string[], fd: 1 | 2, bytes: number): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'tornwire-writer-'));
  const counted = join(folder, 'counted');
  const parent = start({ words: [...node(NEVER_READS), ...words(writer(fd, bytes, counted))], detached: false });
  const pid = Number(await lineOf(parent.stdout));
  started.add(pid);
  let [last, looks] = [-1, 0];
  await until(() => {
    const written = fs.statSync(counted, { throwIfNoEntry: false })?.size ?? 0;
    looks = written === last && written > 0 && isWriting(pid) ? looks + 1 : 0;
    last = written;
    return looks >= 40;
  }, 'a write that blocks');
  parent.kill('SIGKILL');
  process.kill(pid, 'SIGKILL');
  started.delete(pid);
  await rm(folder, { recursive: true, force: true });
  return last;
}

/** Writes blocks of so many bytes to a stream, and a byte to a file for each. */
function writer(fd: 1 | 2, bytes: number, counted: string): string[] {
  return node(
    `const fs = require('node:fs'), block = Buffer.alloc(${bytes}, 'x'), counted = fs.openSync('${counted}', 'a'); for (;;) { fs.writeSync(${fd}, block); fs.writeSync(counted, '.'); }`,
  );
}

/** Its first thread is in write(2): number 1 on x86-64, 64 on arm64. */
function isWriting(pid: number): boolean {
  try {
    return /^(1|64) /.test(fs.readFileSync(`/proc/${pid}/syscall`, 'utf8'));
  } catch {
    return false;
  }
}

/** How much its parent has handed to the kernel when no more is taken, while the child does not read. */
export async function takenUntilFull(how: How, bytes: number): Promise<number> {
  const child = start(how);
  await lineOf(child.stdout);
  const block = Buffer.alloc(bytes, 'x');
  let [last, looks] = [-1, 0];
  const taken = (): number => child.stdin.writableLength;
  let given = 0;
  await until(() => {
    while (child.stdin.writableLength < 4 * bytes) {
      child.stdin.write(block);
      given += bytes;
    }
    const now = given - taken();
    looks = now === last ? looks + 1 : 0;
    last = now;
    return looks >= 40;
  }, 'a stdin that is full');
  child.kill('SIGKILL');
  return last;
}

export const SLEEPER = sh('echo ready; exec sleep 60');

export const CELLS: readonly Cell[] = [...facts, ...ends, ...signals, ...parents];

export async function outputOf(words: readonly string[]): Promise<{ bytes: number; code: number | null; signal: string | null }> {
  const child = start({ words, detached: false });
  const [out, exit] = await Promise.all([textOf(child.stdout), exitOf(child)]);
  return { bytes: out.length, ...exit };
}
