import { expect, test } from 'vitest';
import { DurationError, milliseconds, timeTooLong, type Duration } from './duration.ts';

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
    expect(() => milliseconds(text as Duration)).toThrow(DurationError);
    expect(() => milliseconds(text as Duration)).toThrow(`'${text}' is not a duration; write 250, '250ms', '10s', '2min' or '8h'`);
  },
);

test.each<Duration>(['8761h', '8760.01h', 365 * 24 * 3_600_000 + 1, '99999999999999999999s'])(
  '%j is longer than a year and refused',
  (duration) => {
    expect(() => milliseconds(duration)).toThrow(`'${duration}' is longer than a year; the longest time is '8760h'`);
  },
);

test('a year is a time, and 2^31 ms too', () => {
  expect(milliseconds('8760h')).toBe(31_536_000_000);
  expect(milliseconds(2 ** 31)).toBe(2_147_483_648);
});

test.each<[unknown, string | undefined]>([
  [
    { fault: { kind: 'stall', forMs: 31_536_000_001 } },
    'forMs is 31536000001, which is longer than a year; the longest time is 31536000000',
  ],
  [
    { fault: { delayUs: 31_536_000_000_001 } },
    'delayUs is 31536000000001, which is longer than a year; the longest time is 31536000000000',
  ],
  [{ fault: { forMs: 31_536_000_000, bytes: 1e15 }, list: [null, 'x'] }, undefined],
])('in %j the first time that is too long is found', (data, words) => {
  expect(timeTooLong(data)).toBe(words);
});
