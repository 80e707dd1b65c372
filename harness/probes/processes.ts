// Processes and their threads, as /proc/<pid>/stat and its task folder tell (proc(5)).
import { listProc, readProc } from './proc.ts';

/** Clock ticks a second, as user space sees them: fixed on Linux. */
const TICK_MS = 10;
const COMMAND_SHOWN_MAX = 200;

interface Thread {
  tid: number;
  name: string;
  /** R running, S sleeping, D waiting for a device, T stopped, Z zombie. */
  state: string;
  cpuMs: number;
}

export interface Process {
  pid: number;
  parent: number;
  command: string;
  state: string;
  /** Of all its threads, also those that have ended. */
  cpuMs: number;
  threads: readonly Thread[];
}

/** Those of the pids that are there. */
export function processesOf(pids: readonly number[]): Process[] {
  return pids.flatMap((pid) => {
    const stat = statOf(`${pid}`);
    const tasks = listProc(`${pid}/task`);
    if (!stat || !tasks) return [];
    const threads = tasks.flatMap((tid) => {
      const own = statOf(`${pid}/task/${tid}`);
      return own ? { tid: Number(tid), name: own.name, state: own.state, cpuMs: own.cpuMs } : [];
    });
    const command = readProc(`${pid}/cmdline`)?.replaceAll('\0', ' ').trim().slice(0, COMMAND_SHOWN_MAX) || stat.name;
    return { pid, parent: stat.parent, command, state: stat.state, cpuMs: stat.cpuMs, threads };
  });
}

/**
 * Those that have died and whom a parent among the pids has not yet asked how: they hold a number each, and nothing else.
 * @param reading of several nodes at once: one look at all processes serves them. Readings one after the other never share one, however
 * soon they follow: a program may answer within a millisecond, and a child die meanwhile
 */
export function zombiesOf(parents: readonly number[], reading: object): Process[] {
  const wanted = new Set(parents);
  const dead = looks.get(reading) ?? everyZombie();
  looks.set(reading, dead);
  return dead.filter(({ pid, parent }) => wanted.has(parent) && !wanted.has(pid));
}

const looks = new WeakMap<object, readonly Process[]>();

function everyZombie(): readonly Process[] {
  return (listProc('') ?? []).flatMap((entry) => {
    const stat = Number.isInteger(Number(entry)) ? statOf(entry) : undefined;
    return stat?.state === 'Z' ? [{ pid: Number(entry), command: stat.name, threads: [], ...stat }] : [];
  });
}

function statOf(path: string): { name: string; state: string; parent: number; cpuMs: number } | undefined {
  const text = readProc(`${path}/stat`);
  if (!text) return undefined;
  // The name stands in brackets and may itself hold brackets and blanks.
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const [state = '?', parent] = fields;
  return {
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    state,
    parent: Number(parent),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
  };
}
