// Whether the machine gave the harness time: delay of our own event loop, and pressure on the processors.
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Observation } from '../model/history.ts';

/** How often the delay is measured; the histogram counts this period itself as well. */
const RESOLUTION_MS = 10;

export interface MachineWatch extends Disposable {
  /** Speaks of the time since it was read before. */
  read(): Extract<Observation, { probe: 'machine' }>;
}

export function machineWatch(): MachineWatch {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    read() {
      const loopDelayP99Ms = delay.count === 0 ? 0 : Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS);
      delay.reset();
      return { probe: 'machine', loopDelayP99Ms: Math.round(loopDelayP99Ms * 10) / 10, cpuPressureAvg10: cpuPressure() };
    },
    [Symbol.dispose]: () => void delay.disable(),
  };
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
