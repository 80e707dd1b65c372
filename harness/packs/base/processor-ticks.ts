// How much processor time programs have had: utime and stime of /proc/PID/stat, proc_pid_stat(5).
import { readFileSync } from 'node:fs';

/** In clock ticks, of those who live now, all together. */
export function processorTicksOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
}

/** Whether one of them runs, or waits for a processor or a disk: the state of /proc/PID/stat is R or D. */
export function isAtWork(pids: readonly number[]): boolean {
  return pids.some((pid) => /^[RD]/.test(statOf(pid)));
}

function ticksOf(pid: number): number {
  const [utime = 0, stime = 0] = statOf(pid).split(' ').slice(11, 13);
  return Number(utime) + Number(stime);
}

/** Behind the name, from the state on. Empty where it has gone. */
function statOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}
