// Processes in words.
import { readFileSync } from 'node:fs';

const SHOWN_MAX = 120;

/** Their command lines as the kernel has them, proc_pid_cmdline(5). */
export function commandsOf(pids: readonly number[]): string {
  const lines = pids.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
      return [words.map(shown).join(' ').slice(0, SHOWN_MAX)].filter((text) => text !== '');
    } catch {
      return [];
    }
  });
  const [first = '', ...others] = lines;
  const children = `${others.length} ${others.length === 1 ? 'child' : 'children'} (${others.join(', ')})`;
  return others.length === 0 ? first : `${first} and ${children}`;
}

/** Of a long path, what tells it from others. */
function shown(word: string, index: number): string {
  if (!word.startsWith('/')) return word;
  const parts = word.split('/').filter(Boolean);
  return index === 0 ? (parts.at(-1) ?? word) : parts.slice(-3).join('/');
}
