import { expect, test } from 'vitest';
import { chance, hash32, SEED_MAX } from './seed.ts';

test('the values are the same on every machine and in every version: old repros depend on them', () => {
  expect([hash32(), hash32('vitest'), hash32(7, 'repeat', 2), hash32('\u00e9\ud83d\ude00')]).toEqual([
    2_872_998_923, 1_967_137_357, 639_286_090, 1_550_389_766,
  ]);
});

test('where one word ends and the next begins makes a difference', () => {
  expect(hash32('ab', 'c')).not.toBe(hash32('a', 'bc'));
  expect(hash32('a', '')).not.toBe(hash32('a'));
});

test('every hash is a whole number that a seed can be', () => {
  for (let i = 0; i < 1_000; i++) {
    const hash = hash32('range', i);
    expect(Number.isInteger(hash) && hash >= 0 && hash <= SEED_MAX).toBe(true);
  }
});

test('chance spreads evenly, also over neighbouring seeds', () => {
  const buckets = Array.from({ length: 10 }, () => 0);
  for (let seed = 0; seed < 10_000; seed++) {
    const bucket = Math.floor(chance(seed, 'cut') * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // 1000 are expected in each; 150 is five standard deviations.
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('two questions under one seed are answered independently', () => {
  const agreeing = Array.from({ length: 2_000 }, (_, seed) => chance(seed, 'one') < 0.5 === chance(seed, 'other') < 0.5);
  expect(agreeing.filter(Boolean).length).toBeGreaterThan(850);
  expect(agreeing.filter(Boolean).length).toBeLessThan(1_150);
});
