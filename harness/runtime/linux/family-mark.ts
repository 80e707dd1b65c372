// A mark that a process hands down to all it starts, whatever they do to their environment, group, session or parent: the soft
// bound of real-time work (getrlimit(2), RLIMIT_RTTIME), which is kept over fork(2) and execve(2) and shown to everybody in
// /proc/PID/limits. It is set to some hundred thousand years and more, so it bounds nothing. Where the native calls do not load,
// and for programs that set this bound themselves, the marker variables alone tell.
//
//   2^62   40 bits of the run's name   20 bits for the number of who was started first
import { createHash } from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { procText, stateOf } from './proc.ts';
import { systemCalls, type SystemCalls } from './system-calls.ts';

/** Who was started by the harness. */
export interface Family {
  kind: 'node' | 'program';
  name: string;
}

const MARKED = 1n << 62n;
const MEMBER_BITS = 20n;
const MEMBERS = (1n << MEMBER_BITS) - 1n;

/** By run: only who has started a family knows its name. */
const started = new Map<string, Family[]>();

let calls: SystemCalls | undefined;

/** What `start` starts before it returns carries the mark, and this process does not. */
export function inFamily<T>(runId: string, family: Family, start: () => T): T {
  // The bound is the whole process's, and another thread may be starting something at the same time.
  if (!isMainThread) return start();
  if (calls === undefined) {
    const found = systemCalls();
    if ('missing' in found) return start();
    calls = found;
  }
  const own = calls.realTimeBound();
  const mark = markOf(runId) | BigInt(numberOf(runId, family));
  if (own.hard < mark) return start();
  calls.setRealTimeBound({ ...own, soft: mark });
  try {
    return start();
  } finally {
    calls.setRealTimeBound(own);
  }
}

/** Gives whose family a living process belongs to; without a name where another process has started it. */
export function familyMarks(runId: string): (pid: number) => Partial<Record<'node' | 'program', string>> | undefined {
  const run = markOf(runId);
  const known = started.get(runId) ?? [];
  return (pid) => {
    const soft = /^Max realtime timeout +(\d+) /m.exec(procText(pid, 'limits') ?? '')?.[1];
    const mark = BigInt(soft ?? 0);
    if ((mark & ~MEMBERS) !== run || stateOf(pid) === 'Z') return undefined;
    const who = known[Number(mark & MEMBERS)];
    return who ? { [who.kind]: who.name } : {};
  };
}

function markOf(runId: string): bigint {
  const hash = createHash('sha256').update(runId).digest();
  return MARKED | (BigInt(hash.readUIntBE(0, 5)) << MEMBER_BITS);
}

function numberOf(runId: string, family: Family): number {
  const families = started.get(runId) ?? [];
  started.set(runId, families);
  const number = families.findIndex(({ kind, name }) => kind === family.kind && name === family.name);
  return number === -1 ? families.push(family) - 1 : number;
}
