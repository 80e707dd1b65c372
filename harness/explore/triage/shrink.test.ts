import { expect, test } from 'vitest';
import { ddmin } from './shrink.ts';

const NUMBERS = Array.from({ length: 40 }, (_, index) => index);

test('what is left is what the failure needs, and nothing else', async () => {
  let asked = 0;
  const least = await ddmin(NUMBERS, async (some) => {
    asked += 1;
    return [3, 17, 31].every((needed) => some.includes(needed));
  });
  expect(least).toEqual([3, 17, 31]);
  expect(asked).toBeLessThan(120);
});

test('a failure that needs none of it is left with nothing', async () => {
  expect(await ddmin(NUMBERS, async () => true)).toEqual([]);
});

test('who must not ask any more keeps the least that was seen to fail', async () => {
  let asked = 0;
  const least = await ddmin(NUMBERS, async (some) => (++asked > 3 ? undefined : some.includes(39)));
  expect(least).toContain(39);
  expect(least.length).toBeLessThan(NUMBERS.length);
});
