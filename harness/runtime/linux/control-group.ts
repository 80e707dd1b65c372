// The processes inside a container, with the ids that they have on this machine, read from the control group of its init
// process.
import { join } from 'node:path';
import { procText, readWhole } from './proc.ts';

/** The init process's only child at the start: the program itself. Undefined when this machine cannot see it. */
export function firstChildOf(initPid: number): number | undefined {
  const [child] = numbersIn(procText(initPid, `task/${initPid}/children`));
  return child;
}

/** Without the init process; undefined when the control group cannot be read from here. */
export function processesBeside(initPid: number): number[] | undefined {
  const folder = controlGroup(initPid);
  const pids = folder === undefined ? [] : numbersIn(textOf(join(folder, 'cgroup.procs')));
  return pids.includes(initPid) ? pids.filter((pid) => pid !== initPid && pid > 0).toSorted((a, b) => a - b) : undefined;
}

/** How often its control group had to refuse: a fork for its limit of processes, a page for that of memory. */
export function refusalsIn(initPid: number, what: 'pids' | 'memory'): number | undefined {
  const folder = controlGroup(initPid, what);
  if (folder === undefined) return undefined;
  // Version 1 counts pages in a file of its own; elsewhere it is an entry of the events.
  const [count] = numbersIn(textOf(join(folder, 'memory.failcnt')));
  if (what === 'memory' && count !== undefined) return count;
  const max = /^max (\d+)$/m.exec(textOf(join(folder, `${what}.events`)) ?? '')?.[1];
  return max === undefined ? undefined : Number(max);
}

/** Version 2 has one hierarchy, version 1 one for each controller; cgroups(7), /proc/pid/cgroup. */
function controlGroup(pid: number, controller = 'pids'): string | undefined {
  const lines = procText(pid, 'cgroup')?.trim().split('\n') ?? [];
  for (const line of lines) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '' && path !== '/') return join('/sys/fs/cgroup', path);
    if (controllers === controller) return join('/sys/fs/cgroup', controller, path);
  }
  return undefined;
}

function numbersIn(text = ''): number[] {
  return text.split(/\s+/).filter(Boolean).map(Number);
}

function textOf(file: string): string | undefined {
  return readWhole(file);
}
