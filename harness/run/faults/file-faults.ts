// Faults on the files of nodes: which files a step means, when it acts on each of them, and what its lift undoes. damage.ts
// changes the bytes of one file.
import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Step } from '../../model/faults/fault.ts';
import { isOnLines, SMALL_DISK_KB, type FileFault, type FileStep } from '../../model/faults/file-fault.ts';
import { hasWildcard } from '../../model/faults/file-path.ts';
import { InjectorError } from '../../network/api/network-sink.ts';
import { type Ground, RuntimeError, type SmallDisk } from '../../runtime/runtime.ts';
import { damage } from './damage.ts';
import type { Injector, InjectorSink } from './injector.ts';
import { until } from '../waits/until.ts';

/** The small disks that a run needs from its start on. */
export function disksFor(schedule: readonly Step[]): SmallDisk[] {
  const disks = schedule.flatMap((step) => (step.on === 'file' && step.fault.kind === 'full-disk' ? diskOf(step, step.fault) : []));
  // Several steps may fill one disk, one after the other.
  return [...new Map(disks.map((disk) => [`${disk.node} ${disk.path}`, disk])).values()];
}

/** What was done to one file. */
interface Done {
  bytesBefore: number;
  bytesAfter: number;
  /** Undefined when there is nothing to take back. */
  undo?: () => void | Promise<void>;
}

interface Armed {
  undo: (() => void | Promise<void>)[];
  /** Ends the watch of a step that waits. */
  over: AbortController;
  watching: Promise<void>;
}

/** Longer than any script may take: the lift ends a watch, this bound only a forgotten one. */
const WATCH_MS_MAX = 3_600_000;

export function fileInjector(ground: Ground, sink: InjectorSink): Injector<FileStep> {
  const armed = new Map<string, Armed>();

  return {
    async arm(step) {
      const entry: Armed = { undo: [], over: new AbortController(), watching: Promise.resolve() };
      armed.set(step.id, entry);
      if (step.whenLines === undefined) await actOnAll(step, entry, await placesOf(step, ground));
      else entry.watching = watch(step, entry, step.whenLines);
      // What leaves nothing to take back and waits for nothing is over at once, as a signal is.
      if (step.whenLines === undefined && entry.undo.length === 0) {
        armed.delete(step.id);
        sink.over(step);
      }
    },
    async lift(step) {
      const entry = armed.get(step.id);
      if (!entry) return;
      armed.delete(step.id);
      entry.over.abort();
      await entry.watching;
      for (const undo of entry.undo.toReversed()) await undo();
    },
  };

  async function actOnAll(step: FileStep, entry: Armed, paths: readonly string[]): Promise<void> {
    for (const path of paths) await actOn(step, entry, path);
  }

  async function actOn(step: FileStep, entry: Armed, path: string): Promise<boolean> {
    const done = await carryOut(step, path, ground).catch((cause: Error) => {
      if (cause instanceof RuntimeError) throw cause;
      throw new InjectorError(`'${step.id}' could not be carried out on ${path}: ${cause.message}`, { cause });
    });
    if (!done) return false;
    if (done.undo) entry.undo.push(done.undo);
    sink.fired(step, { kind: 'file', node: step.node, path, bytesBefore: done.bytesBefore, bytesAfter: done.bytesAfter });
    return true;
  }

  /** Looks every few milliseconds; a file that shrank or went between the look and the act is looked at again. */
  async function watch(step: FileStep, entry: Armed, lines: number): Promise<void> {
    const acted = new Set<string>();
    const look = async (): Promise<boolean> => {
      for (const path of await placesOf(step, ground))
        if (!acted.has(path) && hasLines(path, lines) && (await actOn(step, entry, path))) acted.add(path);
      // A step that is for one file is done with it.
      return step.match !== undefined && acted.size > 0;
    };
    try {
      await until(() => look().catch((error: Error) => sink.broken(error.message)), { withinMs: WATCH_MS_MAX, signal: entry.over.signal });
    } catch (error) {
      if (!entry.over.signal.aborted) throw error;
    }
  }
}

/** Without a pattern the place itself, there or not; otherwise the matches that are there, in the order of their making. */
async function placesOf(step: FileStep, ground: Ground): Promise<string[]> {
  const { base, pattern } = ground.files.place(step.node, step.path);
  if (!hasWildcard(pattern)) return step.match === undefined || step.match === 1 ? [join(base, pattern)] : [];
  const found: { path: string; madeNs: bigint }[] = [];
  for await (const name of glob(pattern, { cwd: base })) {
    const path = join(base, name);
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true });
    if (stat) found.push({ path, madeNs: stat.birthtimeNs });
  }
  const inOrder = found.toSorted((a, b) => (a.madeNs === b.madeNs ? a.path.localeCompare(b.path) : a.madeNs < b.madeNs ? -1 : 1));
  const { match } = step;
  return inOrder.filter((_each, index) => match === undefined || index === match - 1).map(({ path }) => path);
}

/** Undefined when there is nothing there that it could act on. @throws what the machine refused. */
async function carryOut(step: FileStep, path: string, ground: Ground): Promise<Done | undefined> {
  const { fault } = step;
  if (isOnLines(fault)) return damage(path, fault);
  switch (fault.kind) {
    case 'read-only': {
      const stat = statSync(path, { throwIfNoEntry: false });
      if (!stat) return undefined;
      const frozen = await ground.files.freeze(path, fault.deep ?? false);
      const bytes = stat.isDirectory() ? 0 : stat.size;
      return { bytesBefore: bytes, bytesAfter: bytes, undo: async () => await frozen[Symbol.asyncDispose]() };
    }
    case 'full-disk': {
      const { bytesBefore, bytesAfter, ...disk } = await ground.files.fill(diskOf(step, fault), fault.freeKB ?? 0);
      return { bytesBefore, bytesAfter, undo: async () => await disk[Symbol.asyncDispose]() };
    }
    case 'stale-socket':
      return existsSync(path) ? undefined : leave(path, () => makeStaleSocket(path));
    case 'stale-file':
      return existsSync(path) ? undefined : leave(path, () => writeFileSync(path, filled(fault.content)));
    default:
      return fault satisfies never;
  }
}

/** Taken away again at the lift, unless somebody has put something else in its place. */
async function leave(path: string, make: () => void | Promise<void>): Promise<Done> {
  await make();
  const { ino, size } = lstatSync(path);
  const undo = (): void => {
    if (lstatSync(path, { throwIfNoEntry: false })?.ino === ino) rmSync(path);
  };
  return { bytesBefore: 0, bytesAfter: size, undo };
}

/** Closing removes the name under which it listened: by then the file has another one. */
async function makeStaleSocket(path: string): Promise<void> {
  const server = createServer();
  const name = `${path.slice(0, path.lastIndexOf('/'))}/.${randomUUID().slice(0, 8)}`;
  server.listen(name);
  await once(server, 'listening');
  renameSync(name, path);
  await new Promise((resolve) => server.close(resolve));
}

function filled(content: string): string {
  return content.replaceAll('{dead-pid}', () => String(deadPid()));
}

/** The highest number that is no process's: the kernel counts upwards, so it comes to it last (proc_sys_kernel(5), pid_max). */
function deadPid(): number {
  const taken = new Set(readdirSync('/proc'));
  let pid = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8')) - 1;
  while (taken.has(String(pid))) pid -= 1;
  return pid;
}

function hasLines(path: string, lines: number): boolean {
  if (lines === 0) return existsSync(path);
  try {
    let count = 0;
    for (const byte of readFileSync(path)) if (byte === 0x0a) count += 1;
    return count >= lines;
  } catch {
    return false;
  }
}

function diskOf({ node, path }: FileStep, { sizeKB = SMALL_DISK_KB }: Extract<FileFault, { kind: 'full-disk' }>): SmallDisk {
  return { node, path, sizeKB };
}
