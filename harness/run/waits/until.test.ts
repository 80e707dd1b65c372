import { expect, test } from 'vitest';
import { until } from './until.ts';

const never = new AbortController().signal;

test('what holds already is seen at once, with its value', async () => {
  expect(await until(() => 0, { withinMs: 1_000, signal: never })).toMatchObject({ met: true, value: 0 });
  expect(await until(async () => 'text', { withinMs: 1_000, signal: never })).toMatchObject({ met: true, value: 'text' });
});

test.each([
  ['false', () => false, 'false'],
  ['null', () => null, 'null'],
  ['nothing', () => undefined, 'undefined'],
  ['an error', () => Promise.reject(new Error('2 of 3 windows')), '2 of 3 windows'],
])('a condition that gives %s does not hold, and the bound ends the wait with what was last seen', async (_what, condition, lastSeen) => {
  const waited = await until<unknown>(condition, { withinMs: 40, signal: never });
  expect(waited).toMatchObject({ met: false, lastSeen });
  expect(waited.afterMs).toBeGreaterThanOrEqual(40);
});

test('a condition is asked again until it holds, less and less often', async () => {
  let asked = 0;
  const waited = await until(() => ++asked >= 14, { withinMs: 5_000, signal: never });
  expect(waited.met).toBe(true);
  // Thirteen pauses that begin at 1 ms and grow by a third come to 94 ms; without growth they would be 13.
  expect(waited.afterMs).toBeGreaterThanOrEqual(70);
});

test('a condition is asked once even where the bound has passed', async () => {
  expect(await until(() => true, { withinMs: 0, signal: never })).toMatchObject({ met: true });
});

test('a condition that hangs is given up at the bound', async () => {
  const waited = await until(() => new Promise<boolean>(() => {}), { withinMs: 50, signal: never });
  expect(waited).toMatchObject({ met: false, lastSeen: 'the condition itself gave no answer' });
  expect(waited.afterMs).toBeGreaterThanOrEqual(45);
  expect(waited.afterMs).toBeLessThan(2_000);
});

test('a wake asks at once, and every listener is taken back', async () => {
  const { wake, listeners, tell } = wakes();
  let [asked, ready] = [0, false];
  const waiting = until(() => ++asked > 0 && ready, { withinMs: 20_000, signal: never, wake });
  // By then the pauses are 50 ms.
  await new Promise((resolve) => setTimeout(resolve, 400));
  while (listeners.size === 0) await new Promise((resolve) => setImmediate(resolve));
  ready = true;
  const before = asked;
  tell();
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(before + 1);
  expect((await waiting).met).toBe(true);
  expect(listeners.size).toBe(0);
});

test('a condition that wakes itself is not asked for ever: ten times, then as often as the pauses say', async () => {
  const { wake, tell } = wakes();
  let asked = 0;
  await until(() => void (asked++, setImmediate(tell)), { withinMs: 1_000, signal: never, wake });
  // Pauses that grow by a third to 50 ms come to 14 questions in 217 ms, then 20 in a second; ten more were woken.
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(45);
});

test.each([
  [100, '2 of 3 windows'],
  [1_200, '2 of 3 windows; asked again, no answer in 1'],
])('a last look that the bound cuts after %i ms leaves the last real answer', async (withinMs, lastSeen) => {
  let asked = 0;
  const waited = await until(() => (++asked < 3 ? Promise.reject(new Error('2 of 3 windows')) : new Promise<boolean>(() => {})), {
    withinMs,
    signal: never,
  });
  expect(waited.met ? '' : waited.lastSeen).toContain(lastSeen);
  expect(waited.met ? '' : waited.lastSeen).not.toContain('itself');
});

function wakes() {
  const listeners = new Set<() => void>();
  return {
    listeners,
    wake: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: () => listeners.forEach((listener) => listener()),
  };
}

test('an abort ends the wait with its reason, also one that came before', async () => {
  const controller = new AbortController();
  const reason = new Error('interrupted');
  const waiting = until(() => false, { withinMs: 20_000, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 20);
  await expect(waiting).rejects.toBe(reason);
  let asked = false;
  await expect(until(() => (asked = true), { withinMs: 1_000, signal: controller.signal })).rejects.toBe(reason);
  expect(asked).toBe(false);
});
