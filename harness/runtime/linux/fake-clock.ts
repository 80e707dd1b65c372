// Other clocks for nodes, by libfaketime (https://github.com/wolfcw/libfaketime, 0.9.10). LD_PRELOAD puts it before the C
// library in every process of a node. It reads the time to show from a file of the node's:
//
//   faster   "+OFFSET xN": wall clock, monotonic clock and timers. It counts from the start of the node's first process,
//            so the offset makes up for what was gained before that: the clocks of all nodes agree.
//   stepped  "+OFFSET", read again at each look at the clock, and the wall clock alone: clock_settime(2) moves no
//            monotonic clock and no timer that waits for a time to pass.
//
// Programs that ask the kernel themselves (static ones, Go) and the times of files are not reached.
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { allPids, procText, startTimeOf } from './proc.ts';
import { type Clocks, RuntimeError } from '../runtime.ts';

/** The variant for programs with threads, without its folder. */
const LIBRARY = 'libfaketimeMT.so.1';
const TRIPLETS: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const CURE = 'apt-get install libfaketime, or name the library in TORNWIRE_LIBFAKETIME';

/** Below the run's folder. */
export const CLOCKS_FOLDER = 'clocks';

/** Where Debian and its kin have it; inside the bundled image too. */
export const LIBRARY_INSIDE = `/usr/lib/${TRIPLETS[process.arch] ?? process.arch}/faketime/${LIBRARY}`;

export function clockLibrary(): { path: string } | { missing: string } {
  const named = process.env['TORNWIRE_LIBFAKETIME'];
  const places =
    named === undefined ? [LIBRARY_INSIDE, ...['lib', 'lib64', 'local/lib'].map((lib) => `/usr/${lib}/faketime/${LIBRARY}`)] : [named];
  const path = places.find((place) => existsSync(place));
  return path === undefined ? { missing: `${LIBRARY} is not at ${places.join(', ')}: ${CURE}` } : { path };
}

export interface FakeClocks {
  /** What a node has in its environment, at every start the same. */
  variables(node: string): Record<string, string>;
  /** Before each start of a node. */
  starting(node: string): Promise<void>;
  /** @throws RuntimeError when clocks are to be faster and none of a node's processes follows. */
  followed(node: string, pids: readonly number[]): void;
  /** Moves a stepped clock. */
  set(node: string, offsetMs: number): Promise<void>;
}

/** @param library Where nodes find it. */
export async function fakeClocks(folder: string, { speed, stepped }: Clocks, library: string): Promise<FakeClocks> {
  const startedMs = performance.now();
  const offsetsMs = new Map<string, number>();
  const fileOf = (node: string): string => join(folder, CLOCKS_FOLDER, node);
  // One after the other: two steps may move one clock at once, and the later one knows both offsets.
  let written = Promise.resolve();
  const write = (node: string): Promise<void> => (written = written.catch(() => undefined).then(() => writeNow(node)));
  const writeNow = async (node: string): Promise<void> => {
    const gainedMs = (performance.now() - startedMs) * (speed - 1);
    const offset = inSeconds((offsetsMs.get(node) ?? 0) + gainedMs);
    await writeFile(`${fileOf(node)}.draft`, speed === 1 ? offset : `${offset} x${speed}`);
    await rename(`${fileOf(node)}.draft`, fileOf(node));
  };
  const own = (node: string): boolean => speed !== 1 || stepped.includes(node);
  await mkdir(join(folder, CLOCKS_FOLDER), { recursive: true });
  return {
    starting: async (node) => (own(node) ? await write(node) : undefined),
    followed(node, pids) {
      if (speed === 1 || pids.length === 0 || followersOf(pids) > 0) return;
      throw new RuntimeError(
        `clock speed ${speed}: node '${node}' keeps the machine's clock, for it does not load ${LIBRARY}: a static program, or an image without libfaketime`,
      );
    },
    async set(node, offsetMs) {
      if (!stepped.includes(node)) throw new Error(`the clock of node '${node}' was not asked for as one that is moved`);
      offsetsMs.set(node, offsetMs);
      await write(node);
    },
    variables(node): Record<string, string> {
      if (!own(node)) return {};
      // File times stay the kernel's: Node reads them by statx(2), which the library does not know.
      const variables = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: fileOf(node), NO_FAKE_STAT: '1' };
      return speed === 1 ? { ...variables, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' } : variables;
    },
  };
}

/** As Ground.setClock. @throws when the run was prepared without a clock of this node's own. */
export async function setClockOf(clocks: FakeClocks | undefined, node: string, offsetMs: number, pids: readonly number[]): Promise<number> {
  if (!clocks) throw new Error(`the clock of node '${node}' is the machine's`);
  await clocks.set(node, offsetMs);
  return followersOf(pids);
}

/** Those that have the library between themselves and their clocks. */
function followersOf(pids: readonly number[]): number {
  return pids.filter((pid) => procText(pid, 'maps')?.includes('/libfaketime')).length;
}

/**
 * Each process that has the library shares its start time with its children through two objects in /dev/shm, which stay
 * when it is killed. Removes those of processes that have gone and that nobody else has in use; gives their names.
 */
export async function removeClockRemains(): Promise<string[]> {
  const remains = (await readdir('/dev/shm').catch(() => [])).filter((name) => {
    const [, pid] = REMAINS.exec(name) ?? [];
    return pid !== undefined && startTimeOf(Number(pid)) === undefined && isOurs(name);
  });
  if (remains.length === 0) return [];
  const inUse = allPids().map(objectsKnownTo);
  const unused = remains.filter((name) => !inUse.some((known) => known.includes(name.replace(/^sem\./, ''))));
  for (const name of unused) await rm(join('/dev/shm', name), { force: true });
  return unused;
}

const REMAINS = /^(?:sem\.faketime_sem|faketime_shm)_(\d+)$/;

/** One of these objects, by its absolute path: in a box they go with it, and no program of the system has made them. */
export function isClockRemains(path: string): boolean {
  return dirname(path) === '/dev/shm' && REMAINS.test(basename(path));
}

/** What it has mapped, and what it was told by its parent (FAKETIME_SHARED) and is about to map. */
function objectsKnownTo(pid: number): string {
  return `${procText(pid, 'maps') ?? ''}${procText(pid, 'environ') ?? ''}`;
}

function isOurs(name: string): boolean {
  return statSync(join('/dev/shm', name), { throwIfNoEntry: false })?.uid === process.getuid?.();
}

function inSeconds(offsetMs: number): string {
  return `${offsetMs < 0 ? '-' : '+'}${(Math.abs(offsetMs) / 1_000).toFixed(6)}`;
}
