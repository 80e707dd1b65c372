// One promised figure as it was measured.

export interface Row {
  name: string;
  value: number;
  unit: string;
  /** In words, as it stands in the table: `<= 400`. */
  target: string;
  ok: boolean;
}

export function atMost(name: string, value: number, unit: string, limit: number): Row {
  return { name, value, unit, target: `<= ${limit}`, ok: value <= limit };
}

export function atLeast(name: string, value: number, unit: string, limit: number): Row {
  return { name, value, unit, target: `>= ${limit}`, ok: value >= limit };
}

/** A number without a promise. */
export function told(name: string, value: number, unit: string): Row {
  return { name, value, unit, target: 'told', ok: true };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
