// The fault proxies that a process has started.
import { readdirSync, readFileSync } from 'node:fs';

export function proxiesOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && new RegExp(`\\) \\w ${parent} `).test(text(`/proc/${pid}/stat`)))
    .filter((pid) => /proxy\/serve\.[tj]s/.test(text(`/proc/${pid}/cmdline`)));
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
