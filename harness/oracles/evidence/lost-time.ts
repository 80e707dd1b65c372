// How much of a stretch of time the machine may have taken: the harness's own event loop stood still, or the system's
// processes waited for a processor. Each reading of the machine is about the time since the reading before it.
import { observationsOf, type History } from '../../model/judging/history.ts';

/** A harness that is never later than this was in time: its timers and its garbage collector take as long on a calm machine. */
const LOOP_DELAY_MIN_MS = 50;
/** How often the loop's delay is measured. Who is late by d each time it wants to run, every r, loses d / (r + d) of the time. */
const LOOP_RESOLUTION_MS = 10;
/** Below this share of pressure bounds are wide enough: two cases side by side on two cores make as much with time to spare. */
const PRESSURE_MIN = 0.4;
/** Less than this share of the time waited for a processor slows nothing down that has a bound worth the name. */
const PROCESSOR_WAIT_MIN = 0.1;
/** Both figures are coarse: an average over ten seconds, and a sum over those processes that were there when it was read. */
const MARGIN = 1.5;
/** However busy a machine is, it is never taken to stand still. */
const LOST_MAX = 0.99;

export interface Reading {
  seq: number;
  /** From the reading before it, or from the beginning. */
  fromMs: number;
  toMs: number;
  loopDelayP99Ms: number;
  harnessLostMs: number;
  /** A share; undefined where the kernel does not say. */
  pressure: number | undefined;
  processorWaitMs: number | undefined;
}

export function readingsIn(history: History): Reading[] {
  const seen = observationsOf(history, 'machine');
  return seen.map((reading, index) => {
    const { seq, atMs: toMs, loopDelayP99Ms, loopDelayMaxMs = loopDelayP99Ms, cpuPressureAvg10, processorWaitMs } = reading;
    const fromMs = seen[index - 1]?.atMs ?? 0;
    const stoodStillMs = reading.loopStalledMs ?? ((toMs - fromMs) * loopDelayP99Ms) / (loopDelayP99Ms + LOOP_RESOLUTION_MS);
    const harnessLostMs = Math.max(loopDelayP99Ms, loopDelayMaxMs) >= LOOP_DELAY_MIN_MS ? stoodStillMs : 0;
    const pressure = cpuPressureAvg10 === null ? undefined : cpuPressureAvg10 / 100;
    return { seq, fromMs, toMs, loopDelayP99Ms, harnessLostMs, pressure, processorWaitMs };
  });
}

/**
 * At most how much of the time between the two the machine took, in milliseconds. It grows with everything that was read,
 * and never faster than the stretch itself.
 * @param asleep every thread of the system slept. Then nobody waited for a processor, unless the harness was late itself:
 * an idle system also sleeps because nobody asks it anything.
 */
export function lostIn(reading: Reading, fromMs: number, toMs: number, asleep: boolean): number {
  const overlapMs = Math.min(toMs, reading.toMs) - Math.max(fromMs, reading.fromMs);
  if (overlapMs <= 0) return 0;
  const harnessMs = Math.min(reading.harnessLostMs, overlapMs);
  const systemMs = asleep && harnessMs === 0 ? 0 : systemLostIn(reading, overlapMs);
  // One after the other where each was measured; pressure speaks of everybody on the machine, the harness among them.
  const lostMs = reading.processorWaitMs === undefined ? Math.max(harnessMs, systemMs) : harnessMs + systemMs;
  return Math.min(lostMs, overlapMs * LOST_MAX);
}

/**
 * What its threads waited for a processor (/proc/PID/task/TID/schedstat) where that is known, and no more than the machine shows
 * otherwise: by pressure (PSI), or by the harness being late itself, for the pressure is an average and comes too late for a short rush.
 */
function systemLostIn(reading: Reading, overlapMs: number): number {
  const { pressure, processorWaitMs, harnessLostMs, fromMs, toMs } = reading;
  const lengthMs = toMs - fromMs;
  const byPressureMs = pressure !== undefined && pressure >= PRESSURE_MIN ? overlapMs * stretched(pressure) : 0;
  if (processorWaitMs === undefined) return byPressureMs;
  const waitedMs = processorWaitMs < lengthMs * PROCESSOR_WAIT_MIN ? 0 : processorWaitMs * MARGIN;
  if (pressure === undefined) return waitedMs;
  const byHarnessMs = harnessLostMs === 0 ? 0 : overlapMs * stretched(Math.min(1, harnessLostMs / lengthMs));
  return Math.min(waitedMs, Math.max(byPressureMs, byHarnessMs));
}

/**
 * The share that one loses who always is the one to wait, where somebody waits for this share of the time: it takes 1 / (1 - share)
 * of its time.
 */
function stretched(share: number): number {
  return 1 - (1 - share) / MARGIN;
}

export function inWords({ seq, loopDelayP99Ms, harnessLostMs, pressure, processorWaitMs, fromMs, toMs }: Reading): string {
  const lengthMs = toMs - fromMs;
  const causes = [
    ...(harnessLostMs > 0 ? [`event-loop delay of the harness p99 ${Math.round(loopDelayP99Ms)} ms`] : []),
    ...(pressure !== undefined && pressure >= PRESSURE_MIN ? [`CPU pressure ${Math.round(pressure * 100)} %`] : []),
    ...(processorWaitMs === undefined
      ? []
      : [`the system's threads waited ${Math.round(processorWaitMs)} of ${Math.round(lengthMs)} ms for a processor`]),
  ];
  return `${causes.join(', ')} (event ${seq})`;
}
