// Whether the machine gave the harness and the system enough time: the delay of our own event loop, the pressure on the
// processors, and how long the case's own threads waited for a processor.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MachineReading } from '../model/judging/history.ts';
import { processorWaits, type RunMark } from './processor-wait.ts';

/** How often the delay is measured; the histogram counts this period itself as well. */
const RESOLUTION_MS = 10;
/** What a timer of that period comes late by on a machine that has nothing to do. */
const TIMER_SLACK_MS = 1;
/** Percent. Below it nobody asks what threads waited for, and looking would cost more than it tells: a second of rush gives ten. */
const PRESSURE_ASKED_MIN = 10;

export interface MachineWatch extends Disposable {
  /**
   * Speaks of the time since it was read before, so each case has a watch of its own.
   * @param mark the processes whose waits count; without it they are not read.
   */
  read(mark?: RunMark): MachineReading;
}

export function machineWatch(): MachineWatch {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let sinceMs = performance.now();
  const waits = processorWaits();
  return {
    read(mark) {
      const cpuPressureAvg10 = cpuPressure();
      const isAsked = mark !== undefined && (cpuPressureAvg10 ?? 100) >= PRESSURE_ASKED_MIN;
      const processorWaitMs = isAsked ? waits.sinceLast(mark) : waits.forget();
      return { probe: 'machine', ...loopDelay(), cpuPressureAvg10, ...(processorWaitMs !== undefined && { processorWaitMs }) };
    },
    [Symbol.dispose]: () => void delay.disable(),
  };

  function loopDelay(): Pick<MachineReading, 'loopDelayP99Ms' | 'loopDelayMaxMs' | 'loopStalledMs'> {
    const nowMs = performance.now();
    const periods = delay.count;
    const toldMs = periods === 0 ? 0 : (delay.mean * periods) / 1e6;
    // The histogram leaves out the first period after a reset, however long that was.
    const firstMs = nowMs - sinceMs - toldMs;
    const [p99Ms, maxMs] = periods === 0 ? [0, 0] : [delay.percentile(99) / 1e6, delay.max / 1e6];
    const stalledMs = nowMs - sinceMs - (periods + 1) * (RESOLUTION_MS + TIMER_SLACK_MS);
    sinceMs = nowMs;
    delay.reset();
    return {
      loopDelayP99Ms: tenths(Math.max(p99Ms, firstMs) - RESOLUTION_MS),
      loopDelayMaxMs: tenths(Math.max(maxMs, firstMs) - RESOLUTION_MS),
      loopStalledMs: tenths(stalledMs),
    };
  }
}

function tenths(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}

/** Percent of the last ten seconds in which some task waited for a processor; null where the kernel does not say (PSI is off). */
function cpuPressure(): number | null {
  try {
    const avg10 = /^some avg10=([\d.]+)/m.exec(readFileSync('/proc/pressure/cpu', 'latin1'))?.[1];
    return avg10 === undefined ? null : Number(avg10);
  } catch {
    return null;
  }
}
