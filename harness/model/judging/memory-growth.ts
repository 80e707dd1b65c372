// Memory over rounds: a leak grows in the second half of its rounds as in the first, beyond the noise. What fills up and stays,
// or rises while a program warms up, does not.
import type { MemorySample } from './memory-sample.ts';
import { trendOf, type Point, type Trend } from './trend.ts';

/** Bytes a round. What a program learns about its own code while it runs is less (Node 24: 300 bytes a round after 20 rounds). */
const LIVE_FLOOR = 4 * 1_024;
/** What a process keeps resident beyond what it uses comes in larger pieces. */
const RESIDENT_FLOOR = 16 * 1_024;
/** A leak goes on as fast as it began; a cache does not. */
const KEEPS_ON_MIN = 0.6;
/** A few readings may not tell what is alive, for example while another debugger has the port. */
const LIVE_SHARE_MIN = 0.7;

export interface MemoryReading extends MemorySample {
  cycle: number;
  /** Of the second half, which is played only when the first one grew. */
  confirms?: boolean;
}

export interface MemoryGrowth {
  state: 'none' | 'undecided' | 'steady';
  trend: Trend;
  /** Live bytes where the readings have them, resident bytes otherwise. */
  bytes: readonly number[];
  of: 'live' | 'resident';
}

const NONE = { slope: 0, lower: 0 };

export function memoryGrowthOf(all: readonly MemoryReading[]): MemoryGrowth {
  const live = all.filter(({ liveBytes }) => liveBytes !== undefined);
  const of = live.length >= all.length * LIVE_SHARE_MIN ? 'live' : 'resident';
  const readings = of === 'live' ? live : all;
  const floor = of === 'live' ? LIVE_FLOOR : RESIDENT_FLOOR;
  const points = readings.map(({ cycle, liveBytes = 0, residentBytes }): Point => ({
    x: cycle,
    y: of === 'live' ? liveBytes : residentBytes,
  }));
  const bytes = points.map(({ y }) => y);
  const first = trendOf(points.filter((_, index) => !readings[index]?.confirms)) ?? NONE;
  if (first.lower <= floor) return { state: 'none', trend: first, bytes, of };
  const second = trendOf(points.filter((_, index) => readings[index]?.confirms));
  if (!second) return { state: 'undecided', trend: first, bytes, of };
  const keepsOn = second.lower > floor && second.slope >= first.slope * KEEPS_ON_MIN;
  return { state: keepsOn ? 'steady' : 'none', trend: second, bytes, of };
}
