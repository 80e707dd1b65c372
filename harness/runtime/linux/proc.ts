// What the kernel says about processes, proc(5). Processes end between listing and reading, and those of other users cannot
// be read. Both count as nothing.
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** USER_HZ, which every Linux that Node runs on has (sysconf(3), _SC_CLK_TCK). */
const TICKS_PER_S = 100;

/** Numbers of all processes of this machine. */
export function allPids(): number[] {
  return list('/proc').map(Number).filter(Number.isInteger);
}

/**
 * Gives who has begun since: nobody else can be of a run that begins now. They are known by the inode of their folder, which the kernel
 * makes anew for each process, as numbers come back.
 */
export function newcomers(): () => number[] {
  const before = new Map(allPids().map((pid) => [pid, inodeOf(pid)] as const));
  return () =>
    allPids().filter((pid) => {
      const known = before.get(pid);
      return known === undefined || inodeOf(pid) !== known;
    });
}

function inodeOf(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}`).ino;
  } catch {
    return undefined;
  }
}

/** A file of a process, for example `maps`. Undefined when it cannot be read. */
export function procText(pid: number, name: string): string | undefined {
  return readWhole(`/proc/${pid}/${name}`);
}

/** The numbers of its open descriptors; undefined when it has gone or cannot be asked. */
export function descriptorsOf(pid: number): number[] | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number);
  } catch {
    return undefined;
  }
}

/** What a descriptor stands for, such as `pipe:[123]` or the path of a file. */
export function targetOfDescriptor(pid: number, fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** The status of each of its threads; none when it has gone. */
export function threadStatuses(pid: number): string[] {
  return list(`/proc/${pid}/task`).flatMap((tid) => procText(pid, `task/${tid}/status`) ?? []);
}

/** One letter, proc_pid_stat(5) field 3: `R`, `S`, `T` when it is stopped, `Z` when it has died and nobody asked how. */
export function stateOf(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

/** Whose child a process is, and its group and session, proc_pid_stat(5) fields 3 to 6 and 22; undefined when it has gone. */
export interface Kinship {
  state: string;
  parent: number;
  group: number;
  session: number;
  startTime: string;
}

export function kinshipOf(pid: number): Kinship | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const [state = '?', parent, group, session] = fields;
  return { state, parent: Number(parent), group: Number(group), session: Number(session), startTime: fields[19] ?? '' };
}

/**
 * Start time in clock ticks since boot, proc_pid_stat(5) field 22: tells a process from a later one of its number.
 * Undefined for one that has died, also while its parent has not yet asked how.
 */
export function startTimeOf(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
}

/** Unix time at which a living process began; to the tick, and to the second of the boot (proc_stat(5), btime). */
export function startedAtMs(pid: number): number | undefined {
  const ticks = startTimeOf(pid);
  const bootS = /^btime (\d+)$/m.exec(readWhole('/proc/stat') ?? '')?.[1];
  return ticks === undefined || bootS === undefined ? undefined : Number(bootS) * 1_000 + (Number(ticks) / TICKS_PER_S) * 1_000;
}

export function commandLineOf(pid: number): string {
  const words = procText(pid, 'cmdline')?.split('\0').join(' ').trim();
  return words === undefined || words === '' ? '(ended)' : words.slice(0, 200);
}

/**
 * Any file of the kernel's that may be gone or closed to us, also one of a control group. As UTF-8, for which Node has a way of its own:
 * without it each file that says no size costs a buffer of 64 kB.
 */
export function readWhole(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** From the third field on. The second is the program's name in brackets and may hold blanks and brackets itself. */
function statFields(pid: number): string[] | undefined {
  const stat = procText(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
