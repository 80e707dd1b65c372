// What each of the three says in the end: how many crashed, the slowest, the memory.
import { atMost, type Row } from '../row.ts';

const SLOWEST_MS_MAX = 1_000;
const MEMORY_MIB_MAX = 300;

interface Seen {
  crashed: readonly string[];
  slowestMs: number;
  residentMiB: number;
}

export interface Watch {
  measure(what: string, act: () => Promise<void> | void): Promise<void>;
  end(): Seen;
}

/** In this process: by its own processor time, for others take theirs meanwhile. */
export function watched(): Watch {
  const crashed: string[] = [];
  let slowestMs = 0;
  let residentMiB = 0;
  let count = 0;
  return {
    async measure(what, act) {
      const before = process.cpuUsage();
      try {
        await act();
      } catch (error) {
        crashed.push(`${what}: ${String(error)}`);
      }
      const { user, system } = process.cpuUsage(before);
      slowestMs = Math.max(slowestMs, (user + system) / 1_000);
      if (++count % 256 === 0) residentMiB = Math.max(residentMiB, process.memoryUsage.rss() / 1024 / 1024);
    },
    end: () => ({ crashed, slowestMs, residentMiB }),
  };
}

export function figures(name: string, unit: string, { crashed, slowestMs, residentMiB }: Seen): void {
  const first = crashed[0] === undefined ? '' : `; first ${crashed[0].replaceAll(/\s+/g, ' ').slice(0, 200)}`;
  const rows: Row[] = [
    atMost(`${name}-crashes`, crashed.length, `${unit}${first}`, 0),
    atMost(`${name}-slowest`, Math.round(slowestMs), 'ms', SLOWEST_MS_MAX),
    atMost(`${name}-memory`, Math.round(residentMiB), 'MiB', MEMORY_MIB_MAX),
  ];
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}
