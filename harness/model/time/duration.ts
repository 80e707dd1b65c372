// Durations as people write them: 250 (milliseconds), '250ms', '10s', '2min', '8h'.
import { EXIT } from '../values/exit-code.ts';
import { TornwireError } from '../values/tornwire-error.ts';

export type Duration = number | `${number}ms` | `${number}s` | `${number}min` | `${number}h`;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** No time in a scenario, a schedule or an option is longer than a year of 365 days; up to it every one is exact. */
const TIME_MS_MAX = 365 * 24 * 3_600_000;

export class DurationError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** @returns milliseconds. @throws DurationError when the text is not a duration of zero or more, or is longer than a year. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(String(duration));
  const value = match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : duration;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new DurationError(`'${duration}' is not a duration; write 250, '250ms', '10s', '2min' or '8h'`);
  if (value > TIME_MS_MAX) throw new DurationError(`'${duration}' is longer than a year; the longest time is '8760h'`);
  return value;
}

/** The first time in this plain data that is longer than a year, in words. Fields that end in Ms and Us are times. */
export function timeTooLong(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  for (const [name, value] of Object.entries(data)) {
    const unitMs = name.endsWith('Ms') ? 1 : name.endsWith('Us') ? 0.001 : 0;
    if (typeof value === 'number' && value * unitMs > TIME_MS_MAX)
      return `${name} is ${value}, which is longer than a year; the longest time is ${TIME_MS_MAX / unitMs}`;
    const deeper = timeTooLong(value);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}
