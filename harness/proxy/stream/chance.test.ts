import { expect, test } from 'vitest';
import { between, chance } from './chance.ts';

test('the same place gives the same number, another place another', () => {
  expect(chance('s', 'proxy', 'toxic', 1)).toBe(chance('s', 'proxy', 'toxic', 1));
  const places = [
    chance('s', 'proxy', 'toxic', 1),
    chance('s', 'proxy', 'toxic', 2),
    chance('t', 'proxy', 'toxic', 1),
    chance('s', 'proxyt', 'oxic', 1),
    chance('s', 'proxy', 'toxic', '1'),
  ];
  expect(new Set(places).size).toBe(places.length);
});

test('numbers are spread evenly, also over places that are next to each other', () => {
  const bins = Array.from({ length: 20 }, () => 0);
  for (let at = 0; at < 40_000; at += 1) bins[Math.floor(chance('seed', 'p', 't', at) * 20)]! += 1;
  // 2000 each; six standard deviations are 260.
  for (const count of bins) expect(Math.abs(count - 2000)).toBeLessThan(260);
});

test('between includes both ends', () => {
  const seen = new Set(Array.from({ length: 500 }, (_each, at) => between(-2, 2, 's', at)));
  expect([...seen].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
});
