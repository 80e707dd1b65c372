// A share that was counted: k of n, with the interval in which the true share lies.

export interface Rate {
  times: number;
  of: number;
  /** Bounds of the 95 % interval after Wilson (1927): sound for small counts and for shares near 0 and 1. */
  low: number;
  high: number;
}

/** Two-sided 95 % of a normal distribution. */
const Z = 1.959964;

export function rateOf(times: number, of: number): Rate {
  if (of === 0) return { times, of, low: 0, high: 1 };
  const share = times / of;
  const spread = Z * Math.sqrt((share * (1 - share)) / of + (Z * Z) / (4 * of * of));
  const centre = share + (Z * Z) / (2 * of);
  const scale = 1 + (Z * Z) / of;
  return { times, of, low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/** 0.034 -> "3.4 %"; small shares keep two figures. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value === 100 ? value : value < 1 ? value.toPrecision(2) : value.toFixed(1)} %`;
}

export function rateText(rate: Rate): string {
  return `${rate.times} of ${rate.of} (${percent(rate.low)} to ${percent(rate.high)})`;
}

/**
 * So many clean runs in a row are seen with a chance below 5 % while the share is still at least the lower bound of its interval:
 * the least n with (1 - low)^n <= 0.05. Infinity where nothing was counted.
 */
export function cleanRunsNeeded({ times, of, low }: Rate): number {
  if (times === 0 || low <= 0) return Number.POSITIVE_INFINITY;
  return times === of && low >= 1 ? 1 : Math.ceil(Math.log(0.05) / Math.log(1 - low));
}
