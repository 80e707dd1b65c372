import { assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { percent, rateOf, rateText } from './rate.ts';

// Expected bounds: Wilson's formula as tabulated by Newcombe (1998), table I, and by hand.
test.each([
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [81, 263, 0.2553, 0.3662],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('%i of %i lies between %f and %f', (times, of, low, high) => {
  const rate = rateOf(times, of);
  expect(rate.low).toBeCloseTo(low, 3);
  expect(rate.high).toBeCloseTo(high, 3);
});

test('nothing counted means nothing known', () => {
  expect(rateOf(0, 0)).toEqual({ times: 0, of: 0, low: 0, high: 1 });
});

test('the interval always holds the share itself, and more runs make it no wider', () => {
  assert(
    property(integer({ min: 1, max: 1_000 }), double({ min: 0, max: 1, noNaN: true }), (of, share) => {
      const times = Math.round(of * share);
      const rate = rateOf(times, of);
      expect(rate.low).toBeLessThanOrEqual(times / of + 1e-9);
      expect(rate.high).toBeGreaterThanOrEqual(times / of - 1e-9);
      const more = rateOf(times * 10, of * 10);
      expect(more.high - more.low).toBeLessThanOrEqual(rate.high - rate.low + 1e-9);
    }),
  );
});

test('shares are told with as many figures as they deserve', () => {
  expect([0, 1, 0.5, 0.0123, 0.00123].map(percent)).toEqual(['0 %', '100 %', '50.0 %', '1.2 %', '0.12 %']);
  expect(rateText(rateOf(1, 29))).toBe('1 of 29 (0.61 % to 17.2 %)');
});
