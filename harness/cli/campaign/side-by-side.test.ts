import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { sideBySide, type Order } from './side-by-side.ts';

const ORDER: Order = { jobs: 3, signal: new AbortController().signal, mayBegin: () => true, inTheWay: () => false };

/** Which ran beside which, and in which order they began. */
async function played(count: number, order: Partial<Order>): Promise<{ began: number[]; beside: Map<number, number[]> }> {
  const running = new Set<number>();
  const began: number[] = [];
  const beside = new Map<number, number[]>();
  await sideBySide([...Array(count).keys()], { ...ORDER, ...order }, async (index) => {
    began.push(index);
    beside.set(index, [...running]);
    running.add(index);
    for (let turn = 0; turn < 3 + (index % 2); turn++) await setImmediate();
    running.delete(index);
  });
  return { began, beside };
}

test('as many run side by side as there are jobs, and each is taken once', async () => {
  const { began, beside } = await played(10, {});
  expect(began.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Math.max(...[...beside.values()].map((others) => others.length))).toBe(2);
});

test("those that are in each other's way never run side by side, and hold up nobody else", async () => {
  const clash = (index: number): boolean => index % 2 === 0;
  const { began, beside } = await played(10, { inTheWay: (a, b) => clash(a) && clash(b) });
  expect(began).toHaveLength(10);
  expect([...beside].filter(([index, others]) => clash(index) && others.some(clash))).toEqual([]);
  expect([...beside.values()].some((others) => others.length === 2)).toBe(true);
});

test('what is learnt on the way counts for all that have not begun', async () => {
  let known = false;
  const { beside } = await played(6, { inTheWay: () => known, mayBegin: () => ((known = known || true), true) });
  expect([...beside.values()].map((others) => others.length)).toEqual([0, 0, 0, 0, 0, 0]);
});

test('no further one begins when it may not, and an error comes out when all have ended', async () => {
  let left = 2;
  expect((await played(9, { mayBegin: () => left-- > 0 })).began).toEqual([0, 1]);
  const ended: number[] = [];
  const taking = sideBySide([0, 1, 2, 3], { ...ORDER, jobs: 2 }, async (index) => {
    if (index === 0) throw new Error('the disk is full');
    await setImmediate();
    ended.push(index);
  });
  await expect(taking).rejects.toThrow('the disk is full');
  expect(ended).toEqual([1]);
});
