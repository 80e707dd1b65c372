// A machine that gives nobody time makes everything late: then lateness proves nothing about the system.
import { observationsOf, type History } from '../model/history.ts';

const LOOP_DELAY_P99_MAX_MS = 50;
const CPU_PRESSURE_MAX_PERCENT = 40;

/** How late something was: pressure on the processors stretches time, but only so far. */
export interface Lateness {
  tookMs: number;
  boundMs: number;
}

/** Beyond what pressure alone can stretch a time by, for good measure. */
const STRETCH_MARGIN = 1.5;

/**
 * The doubt to put on a finding about lateness; empty when the machine had time, or when what it lacked explains only
 * a part of the lateness. Where some task waits for a processor for a share p of the time (PSI), one that always is the
 * one to wait takes 1 / (1 - p) of its time.
 */
export function starvedDoubt(
  history: History,
  fromMs: number,
  toMs: number,
  lateness?: Lateness,
): { doubt?: { reason: 'starved'; detail: string } } {
  const why = starvation(history, fromMs, toMs, lateness);
  return why === undefined ? {} : { doubt: { reason: 'starved', detail: `the machine was starved: ${why}; run the case again alone` } };
}

/** Why the machine counts as starved in this stretch of time; undefined when it was not. */
function starvation(history: History, fromMs: number, toMs: number, lateness: Lateness | undefined): string | undefined {
  // Each reading speaks of the time since the one before it.
  let sinceMs = 0;
  for (const reading of observationsOf(history, 'machine')) {
    const covers = reading.atMs >= fromMs && sinceMs < toMs;
    sinceMs = reading.atMs;
    if (!covers) continue;
    if (reading.loopDelayP99Ms >= LOOP_DELAY_P99_MAX_MS)
      return `event-loop delay of the harness p99 ${Math.round(reading.loopDelayP99Ms)} ms (event ${reading.seq})`;
    const pressure = reading.cpuPressureAvg10 ?? 0;
    if (pressure >= CPU_PRESSURE_MAX_PERCENT && explains(pressure, lateness))
      return `CPU pressure ${Math.round(pressure)} % (event ${reading.seq})`;
  }
  return undefined;
}

function explains(pressurePercent: number, lateness: Lateness | undefined): boolean {
  if (!lateness) return true;
  const share = Math.min(pressurePercent, 99) / 100;
  return lateness.tookMs <= (lateness.boundMs * STRETCH_MARGIN) / (1 - share);
}
