import { expect, test } from 'vitest';
import { jobsThatFit, type Load } from './jobs-that-fit.ts';

const GIB = 1_024 ** 3;

/** How many are told, after a second for each of these parts of idle time on two cores. */
function toldAfter(idle: readonly number[], freeBytes = 8 * GIB, everyMs = 1_000): number[] {
  const load: Load = { idleMs: 0, wholeMs: 0, freeBytes };
  const jobs = jobsThatFit(2, () => ({ ...load }));
  return idle.map((part) => {
    load.wholeMs += 2 * everyMs;
    load.idleMs += 2 * everyMs * part;
    return jobs();
  });
}

test('cores that have nothing to do get one more case each second, up to five each', () => {
  expect(toldAfter([0.6, 0.5, 0.4, 0.3, 0.9, 0.9, 0.9, 0.9, 0.9])).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 10]);
});

test('a machine that has much to do gets as many cases as there are cores, step by step', () => {
  expect(toldAfter([0.6, 0.5, 0.1, 0.04, 0, 0, 0])).toEqual([3, 4, 4, 3, 2, 2, 2]);
});

test('no more than fit into the memory', () => {
  expect(toldAfter([0.9, 0.9], 0.9 * GIB)).toEqual([2, 2]);
});

test('a moment says nothing', () => {
  expect(toldAfter([1, 1, 1, 1, 1, 1], 8 * GIB, 250)).toEqual([2, 2, 2, 3, 3, 3]);
});

test('where nobody knows how idle it is, as many as there are cores', () => {
  const jobs = jobsThatFit(2, () => undefined);
  expect([jobs(), jobs()]).toEqual([2, 2]);
});
