// How much processor time programs have had: utime and stime of /proc/PID/stat, proc_pid_stat(5).
import { readFileSync } from 'node:fs';

/** In clock ticks, of those who live now, all together. */
export function processorTicksOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
}

function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [utime, stime] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return Number(utime) + Number(stime);
  } catch {
    return 0;
  }
}
