// The processes inside a container as this machine numbers them, read from the control group of its init process.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The init process's only child at the start: the program itself. Undefined when this machine cannot see it. */
export function firstChildOf(initPid: number): number | undefined {
  const [child] = numbers(`/proc/${initPid}/task/${initPid}/children`);
  return child;
}

/** Without the init process; undefined when the control group cannot be read from here. */
export function processesBeside(initPid: number): number[] | undefined {
  const folder = controlGroup(initPid);
  const pids = folder === undefined ? [] : numbers(join(folder, 'cgroup.procs'));
  return pids.includes(initPid) ? pids.filter((pid) => pid !== initPid && pid > 0).toSorted((a, b) => a - b) : undefined;
}

/** How often its control group had to refuse: a fork for its limit of processes, a page for that of memory. */
export function refusalsIn(initPid: number, what: 'pids' | 'memory'): number | undefined {
  const folder = controlGroup(initPid, what);
  if (folder === undefined) return undefined;
  // Version 1 counts pages in a file of its own; elsewhere it is an entry of the events.
  const [count] = numbers(join(folder, 'memory.failcnt'));
  if (what === 'memory' && count !== undefined) return count;
  const max = /^max (\d+)$/m.exec(read(join(folder, `${what}.events`)) ?? '')?.[1];
  return max === undefined ? undefined : Number(max);
}

/** Version 2 has one hierarchy, version 1 one for each controller; cgroups(7), /proc/pid/cgroup. */
function controlGroup(pid: number, controller = 'pids'): string | undefined {
  const lines = read(`/proc/${pid}/cgroup`)?.trim().split('\n') ?? [];
  for (const line of lines) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '' && path !== '/') return join('/sys/fs/cgroup', path);
    if (controllers === controller) return join('/sys/fs/cgroup', controller, path);
  }
  return undefined;
}

function numbers(file: string): number[] {
  return (read(file) ?? '').split(/\s+/).filter(Boolean).map(Number);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
