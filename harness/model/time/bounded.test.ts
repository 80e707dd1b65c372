import { expect, test } from 'vitest';
import { bounded } from './bounded.ts';

const LONG_MS = 60_000;
const never = (): Promise<never> => new Promise(() => {});

test('what comes in time is given, and no timer is left', async () => {
  const before = timers();
  expect(await bounded(Promise.resolve(7), { withinMs: LONG_MS })).toEqual({ state: 'done', value: 7 });
  expect(timers()).toBe(before);
});

test('what fails in time is thrown, and no timer is left', async () => {
  const before = timers();
  await expect(bounded(Promise.reject(new Error('refused')), { withinMs: LONG_MS })).rejects.toThrow('refused');
  expect(timers()).toBe(before);
});

test('what does not come in time is late', async () => {
  const startedMs = performance.now();
  expect(await bounded(never(), { withinMs: 20 })).toEqual({ state: 'late' });
  expect(performance.now() - startedMs).toBeGreaterThan(15);
});

test('a failure after the bound is no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const hear = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', hear);
  let fail = (_error: Error): void => {};
  const failing = new Promise<never>((_resolve, reject) => (fail = reject));
  expect(await bounded(failing, { withinMs: 1 })).toEqual({ state: 'late' });
  fail(new Error('too late'));
  // Unhandled rejections are told after the microtasks of the turn in which they happened.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', hear);
  expect(unhandled).toEqual([]);
});

test('an abort ends the waiting, before and during it', async () => {
  const before = timers();
  const interrupt = new AbortController();
  const waiting = bounded(never(), { withinMs: LONG_MS, signal: interrupt.signal });
  interrupt.abort();
  expect(await waiting).toEqual({ state: 'aborted' });
  expect(await bounded(Promise.resolve(7), { withinMs: LONG_MS, signal: interrupt.signal })).toEqual({ state: 'aborted' });
  expect(timers()).toBe(before);
});

test('an abort comes before what the work itself makes of it', async () => {
  const interrupt = new AbortController();
  const work = new Promise<never>((_resolve, reject) => {
    AbortSignal.any([interrupt.signal]).addEventListener('abort', () => reject(new Error('the work was called off')));
  });
  const waiting = bounded(work, { withinMs: LONG_MS, signal: interrupt.signal });
  interrupt.abort();
  expect(await waiting).toEqual({ state: 'aborted' });
});

test('a bound longer than a timer can be does not pass at once', async () => {
  const soon = new Promise((resolve) => setTimeout(resolve, 20, 'came'));
  expect(await bounded(soon, { withinMs: Number.POSITIVE_INFINITY })).toEqual({ state: 'done', value: 'came' });
});

/** How many timers keep this process alive. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}
