// One promised figure as it was measured, or the reason why it was not. A figure that was not measured is never ok.
import { EXIT } from '../model/values/exit-code.ts';

export interface Row {
  name: string;
  /** Null when it was not measured. */
  value: number | null;
  unit: string;
  /** In words, as it stands in the table: `<= 400`. */
  target: string;
  ok: boolean;
  /** Why there is no value, in one line. */
  notMeasured?: string;
}

export function atMost(name: string, value: number, unit: string, limit: number): Row {
  return measured({ name, value, unit, target: `<= ${limit}`, ok: value <= limit });
}

export function atLeast(name: string, value: number, unit: string, limit: number): Row {
  return measured({ name, value, unit, target: `>= ${limit}`, ok: value >= limit });
}

/** A number without a promise. */
export function told(name: string, value: number, unit: string): Row {
  return measured({ name, value, unit, target: 'told', ok: true });
}

export function notMeasured(name: string, why: string): Row {
  return {
    name,
    value: null,
    unit: '',
    target: '',
    ok: false,
    notMeasured: why
      .trim()
      .replaceAll(/\s*\n\s*/g, ' | ')
      .slice(0, 400),
  };
}

/** 0 all kept, 1 one missed, 4 one not measured. */
export function exitCodeOf(rows: readonly Row[]): number {
  if (rows.some(isMissed)) return EXIT.fail;
  return rows.length === 0 || rows.some((row) => row.notMeasured !== undefined) ? EXIT.unknown : EXIT.pass;
}

export function countedInWords(rows: readonly Row[]): string {
  const without = rows.filter((row) => row.notMeasured !== undefined).length;
  const missed = rows.filter(isMissed).length;
  return `${rows.length - missed - without} ok, ${missed} missed, ${without} not measured`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function measured(row: Row & { value: number }): Row {
  return Number.isFinite(row.value) ? row : notMeasured(row.name, 'there was nothing to count or to time');
}

function isMissed(row: Row): boolean {
  return !row.ok && row.notMeasured === undefined;
}
