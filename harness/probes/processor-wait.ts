// How long the threads of one run's processes waited for a processor although they could have run. It is the second number
// of /proc/PID/task/TID/schedstat (kernel documentation, sched-stats), in nanoseconds since the thread began.
import { listProc, readProc, Unreadable } from './proc.ts';

/** The variable that every process of a run carries, and its value in this run. */
export interface RunMark {
  variable: string;
  run: string;
}

export interface ProcessorWaits {
  /** Milliseconds, of all threads together; undefined the first time, and where the kernel does not count. */
  sinceLast(mark: RunMark): number | undefined;
  /** Nobody asks now: the next time is a first time. */
  forget(): undefined;
}

export function processorWaits(): ProcessorWaits {
  // Whose a process is does not change, and its environment is long: it is read once.
  const own = new Map<number, boolean>();
  let before: ReadonlyMap<string, number> | undefined;
  return {
    sinceLast(mark) {
      if (!kernelCounts()) return undefined;
      const now = waitsOf(ownPids(mark, own));
      const known = before;
      before = now;
      if (!known) return undefined;
      // A thread that was not there before has done all its waiting since.
      const waitedNs = [...now].reduce((sum, [thread, ns]) => sum + ns - (known.get(thread) ?? 0), 0);
      return Math.max(0, Math.round(waitedNs / 1e5) / 10);
    },
    forget: () => (before = undefined),
  };
}

/** Where it does not, every number is 0; this process has run. */
function kernelCounts(): boolean {
  return !(readProc('self/schedstat') ?? '0').startsWith('0 ');
}

function ownPids(mark: RunMark, own: Map<number, boolean>): number[] {
  const pids = (listProc('') ?? []).map(Number).filter((pid) => Number.isInteger(pid));
  const there = new Set(pids);
  for (const pid of own.keys()) if (!there.has(pid)) own.delete(pid);
  return pids.filter((pid) => {
    const isOwn = own.get(pid) ?? belongs(pid, mark, own);
    own.set(pid, isOwn);
    return isOwn;
  });
}

/** It carries the mark, was started by one that does, or is a program of the harness that serves whoever needs it. */
function belongs(pid: number, { variable, run }: RunMark, own: ReadonlyMap<number, boolean>): boolean {
  const marked = `\0${orNothing(() => readProc(`${pid}/environ`))}`;
  if (marked.includes(`\0${variable}=${run}\0`)) return true;
  const parent = parentOf(pid);
  return own.get(parent) === true || (parent === process.pid && !marked.includes(`\0${variable}=`));
}

function parentOf(pid: number): number {
  const stat = orNothing(() => readProc(`${pid}/stat`));
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function waitsOf(pids: readonly number[]): Map<string, number> {
  const waits = new Map<string, number>();
  for (const pid of pids) {
    for (const tid of listProc(`${pid}/task`) ?? []) {
      const thread = `${pid}/task/${tid}`;
      const [, waitedNs] = orNothing(() => readProc(`${thread}/schedstat`)).split(' ');
      if (waitedNs !== undefined) waits.set(thread, Number(waitedNs));
    }
  }
  return waits;
}

/** Other users' processes are closed to us, and anybody's may end while it is looked at. */
function orNothing(read: () => string | undefined): string {
  try {
    return read() ?? '';
  } catch (error) {
    if (error instanceof Unreadable) return '';
    throw error;
  }
}
