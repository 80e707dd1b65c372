// Whether figures over rounds grow, beyond their noise. The slope is Theil and Sen's: the median of the slopes between all
// pairs of points, which a few outliers do not move. Its lower bound is Sen's (1968): the variance of Kendall's S says how many
// pairs may lie on the wrong side.

export interface Point {
  x: number;
  y: number;
}

export interface Trend {
  /** Per unit of x. */
  slope: number;
  /** The slope is less than this with a chance of one in 200. */
  lower: number;
}

/** Of a normal distribution, the 99.5th percentile. */
const Z = 2.576;
/** Below this no bound of that kind exists. */
const POINTS_MIN = 6;

/** Undefined for fewer than six points. */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const n = points.length;
  if (n < POINTS_MIN) return undefined;
  const slopes = points.flatMap((a, index) => points.slice(index + 1).map((b) => (b.y - a.y) / (b.x - a.x))).toSorted((a, b) => a - b);
  const spread = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const lowest = Math.max(0, Math.floor((slopes.length - spread) / 2));
  return { slope: slopes[Math.floor(slopes.length / 2)] as number, lower: slopes[lowest] as number };
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
