// A machine that gives nobody time makes everything late: then lateness proves nothing about the system.
import { observationsOf, type History } from '../model/history.ts';

const LOOP_DELAY_P99_MAX_MS = 50;
const CPU_PRESSURE_MAX_PERCENT = 40;

/** Why the machine counts as starved in this stretch of time; undefined when it was not. */
function starvation(history: History, fromMs: number, toMs: number): string | undefined {
  // Each reading speaks of the time since the one before it.
  let sinceMs = 0;
  for (const reading of observationsOf(history, 'machine')) {
    const covers = reading.atMs >= fromMs && sinceMs < toMs;
    sinceMs = reading.atMs;
    if (!covers) continue;
    if (reading.loopDelayP99Ms >= LOOP_DELAY_P99_MAX_MS)
      return `event-loop delay of the harness p99 ${Math.round(reading.loopDelayP99Ms)} ms (event ${reading.seq})`;
    if (reading.cpuPressureAvg10 !== null && reading.cpuPressureAvg10 >= CPU_PRESSURE_MAX_PERCENT)
      return `CPU pressure ${Math.round(reading.cpuPressureAvg10)} % (event ${reading.seq})`;
  }
  return undefined;
}

/** The doubt to put on a finding about lateness; empty when the machine had time. */
export function starvedDoubt(history: History, fromMs: number, toMs: number): { doubt?: { reason: 'starved'; detail: string } } {
  const why = starvation(history, fromMs, toMs);
  return why === undefined ? {} : { doubt: { reason: 'starved', detail: `the machine was starved: ${why}; run the case again alone` } };
}
