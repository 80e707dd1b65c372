import { expect, test } from 'vitest';
import { milliseconds, type Duration } from './duration.ts';

test.each<[Duration, number]>([
  [0, 0],
  [250, 250],
  [0.5, 0.5],
  ['250ms', 250],
  ['1.5s', 1_500],
  ['2min', 120_000],
  ['8h', 28_800_000],
])('%j is %i milliseconds', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '', ' ', '-3s', '3 s', '3d', 's', '1,5s', '0x10'])(
  '%j is refused, and the message shows how to write one',
  (text) => {
    expect(() => milliseconds(text as Duration)).toThrow(RangeError);
    expect(() => milliseconds(text as Duration)).toThrow(`'${text}' is not a duration; write 250, '250ms', '10s', '2min' or '8h'`);
  },
);
