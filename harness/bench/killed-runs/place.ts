// Kills runs of the project beside this file, one after the other, and looks at what is left. It is alone in its namespaces, so
// every process in /proc that is neither it nor the shell before it belongs to the run, whatever it has made of its environment.
//
//   place.ts FOLDER SEED FIRST KILLS     one JSON line a kill; ends when its stdin does
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allPids, commandLineOf, stateOf } from '../../runtime/linux/proc.ts';
import { baseFolder, compileCacheFolder } from '../../runtime/ground/base-folder.ts';
import { sweepDeadRuns } from '../../runtime/registry/sweep.ts';
import { hash32 } from '../../model/values/seed.ts';
import { poll } from '../../runtime/linux/poll.ts';

export interface KilledRun {
  number: number;
  way: 'box' | 'addresses';
  victim: 'runner' | 'worker';
  /** After the start of the run. */
  atMs: number;
  /** Until nobody of the run was there any more; the bound, when somebody still was. */
  endedWithinMs: number;
  /** Processes, listening sockets, mounts and namespaces, before anybody has cleaned up. */
  leftAtOnce: readonly string[];
  /** The same and files, after the sweep that each run begins with. */
  leftAfterSweep: readonly string[];
}

type What = Pick<KilledRun, 'way' | 'victim'>;

const MAIN = join(import.meta.dirname, '../../main.ts');
const WORKER = 'cli/worker/main';
const GONE_WITHIN_MS = 10_000;
/** What was sent SIGKILL needs a moment to end. */
const ENDS_WITHIN_MS = 2_000;
/** Of all kills of this place. Then it has done fewer than it was asked for. */
const BUDGET_MS = 660_000;
const LOOK_EVERY_MS = 5;
const WORKER_WITHIN_MS = 60_000;
const NAMESPACES = ['net', 'mnt', 'pid', 'ipc', 'user', 'uts'];
const SHARED_MEMORY = '/dev/shm';

const [folder = '', seed = '', first = '', kills = ''] = process.argv.slice(2);
process.env['TMPDIR'] = join(folder, 'tmp');
process.stdin.on('end', () => process.exit(0)).resume();
const mountsBefore = new Set(mounts());
await main();
process.exit(0);

async function main(): Promise<void> {
  const lengths = new Map<string, Length>();
  for (const way of ['box', 'addresses'] as const) lengths.set(way, await lengthOf(way));
  for (let number = Number(first); number < Number(first) + Number(kills) && performance.now() < BUDGET_MS; number++) {
    const way = number % 5 === 4 ? 'addresses' : 'box';
    const victim = number % 6 === 3 ? 'worker' : 'runner';
    const killed = await killOne(number, { way, victim }, lengths.get(way) as Length);
    process.stdout.write(`${JSON.stringify(killed)}\n`);
    removeAll();
  }
}

interface Length {
  workerMs: number;
  endMs: number;
}

/** Of a run that nobody kills, the second of two: the first one compiles. */
async function lengthOf(way: What['way']): Promise<Length> {
  await once(started(way), 'exit');
  const startedMs = performance.now();
  const run = started(way);
  const ended = once(run, 'exit') as Promise<[number | null]>;
  // Its worker is there, or the run has ended.
  await poll(() => workers().length > 0 || run.exitCode !== null || undefined, { withinMs: WORKER_WITHIN_MS, pauseMsMax: LOOK_EVERY_MS });
  const workerMs = performance.now() - startedMs;
  const [code] = await ended;
  if (code !== 0) throw new Error(`a run that nobody kills ended with ${code}`);
  return { workerMs, endMs: performance.now() - startedMs };
}

/** A moment at which the run has ended already is drawn again, and runs are known to be shorter from then on. */
async function killOne(number: number, what: What, length: Length): Promise<KilledRun> {
  for (let draw = 0; ; draw++) {
    const { hit, overBefore, atMs } = await killedAt(what, momentOf(what, length, hash32(seed, 'kill', number, draw) / 2 ** 32));
    if (overBefore) length.endMs = Math.max(length.workerMs + 1, Math.min(length.endMs, atMs));
    if (!hit) continue;
    // By addresses only those are waited for who clean up after themselves: the worker and who watches it.
    const endedWithinMs = await gone(what.way === 'box' ? others : ofHarness, GONE_WITHIN_MS);
    const leftAtOnce = [...processesLeft(), ...listening(), ...mountsLeft()];
    const swept = await sweepDeadRuns();
    await gone(others, ENDS_WITHIN_MS);
    const troubles = swept.flatMap(({ left }) => left ?? []);
    const leftAfterSweep = [...troubles, ...processesLeft(), ...listening(), ...mountsLeft(), ...filesLeft()];
    return { number, ...what, atMs, endedWithinMs, leftAtOnce, leftAfterSweep };
  }
}

/** @param share from 0 to below 1 */
function momentOf({ victim }: What, { workerMs, endMs }: Length, share: number): number {
  const fromMs = victim === 'worker' ? workerMs : 0;
  return fromMs + share * (endMs - fromMs);
}

/** After how long it was killed, or was over. A run whose worker is killed comes to its end by itself. */
async function killedAt({ way, victim }: What, momentMs: number): Promise<{ hit: boolean; overBefore: boolean; atMs: number }> {
  const startedMs = performance.now();
  const run = started(way);
  const ended = once(run, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await Promise.race([sleep(momentMs), ended]);
  const targets = victim === 'runner' ? [run.pid ?? 0] : workers();
  const atMs = performance.now() - startedMs;
  const overBefore = run.exitCode !== null;
  const sent = !overBefore && targets.filter(kill).length > 0;
  const [, signal] = await ended;
  return { hit: sent && (victim === 'worker' || signal === 'SIGKILL'), overBefore, atMs };
}

function started(way: What['way']): ChildProcess {
  return spawn(process.execPath, [MAIN, 'run', 'asks', '--isolation', way], { cwd: join(folder, 'project'), stdio: 'ignore' });
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

async function gone(who: () => number[], withinMs: number): Promise<number> {
  const startedMs = performance.now();
  // Whoever is there when the time is over is counted as left.
  await poll(() => who().length === 0 || undefined, { withinMs, pauseMsMax: LOOK_EVERY_MS });
  return performance.now() - startedMs;
}

function ofHarness(): number[] {
  return others().filter((pid) => commandLineOf(pid).includes('cli/worker/'));
}

function workers(): number[] {
  return others().filter((pid) => commandLineOf(pid).startsWith(process.execPath) && commandLineOf(pid).includes(WORKER));
}

/** Everybody in this PID namespace but its first process, this one, and the dead whom that first one is about to ask. */
function others(): number[] {
  return allPids().filter((pid) => pid !== 1 && pid !== process.pid && stateOf(pid) !== undefined && stateOf(pid) !== 'Z');
}

function processesLeft(): string[] {
  return others().flatMap((pid) => {
    const foreign = NAMESPACES.filter((name) => namespaceOf(pid, name) !== namespaceOf('self', name));
    return [`process ${pid} ${commandLineOf(pid)}`, ...foreign.map((name) => `namespace ${name} of ${pid}`)];
  });
}

function namespaceOf(pid: number | 'self', name: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${name}`);
  } catch {
    return readlinkSync(`/proc/self/ns/${name}`);
  }
}

/** Sockets with a name below the temporary folder that somebody listens on, proc_net(5). */
function listening(): string[] {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.includes(` ${folder}/`)).map((line) => `socket ${line.slice(line.indexOf(folder))}`);
}

function mounts(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
}

function mountsLeft(): string[] {
  return mounts()
    .filter((at) => !mountsBefore.has(at))
    .map((at) => `mount ${at}`);
}

/** What a living run shares with the next one is no remnant. */
function filesLeft(): string[] {
  const below = (at: string): string[] => readdirSync(at).map((name) => join(at, name));
  const found = [...below(baseFolder()), ...below(join(folder, 'tmp')), ...below(SHARED_MEMORY)];
  return found.filter((path) => path !== compileCacheFolder() && path !== baseFolder()).map((path) => `file ${path}`);
}

/** So that what one run leaves is not found again after the next one. */
function removeAll(): void {
  others().forEach(kill);
  for (const file of filesLeft()) rmSync(file.slice('file '.length), { recursive: true, force: true });
}
