// Processes in words.
import { readFileSync } from 'node:fs';

/** Their command lines as the kernel has them, proc_pid_cmdline(5). */
export function commandsOf(pids: readonly number[]): string {
  const lines = pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim().slice(0, 80)].filter((text) => text !== '');
    } catch {
      return [];
    }
  });
  const [first = '', ...others] = lines;
  const children = `${others.length} ${others.length === 1 ? 'child' : 'children'} (${others.join(', ')})`;
  return others.length === 0 ? first : `${first} and ${children}`;
}
