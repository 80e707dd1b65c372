// Durations as people write them: 250 (milliseconds), '250ms', '10s', '2min', '8h'.

export type Duration = number | `${number}ms` | `${number}s` | `${number}min` | `${number}h`;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** @returns milliseconds. @throws RangeError when the text is not a duration of zero or more. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(String(duration));
  const value = match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : duration;
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new RangeError(`'${duration}' is not a duration; write 250, '250ms', '10s', '2min' or '8h'`);
  return value;
}
