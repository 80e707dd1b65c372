import { describe, expect, test, vi } from 'vitest';
import { countedTime } from './counted-time.ts';

const signal = new AbortController().signal;
const never = new Promise<never>(() => {});
const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a bound in counted time', () => {
  test('does not pass while something goes on that has a bound of its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const time = countedTime();
      let ended: unknown;
      void time.within(never, { withinMs: 100, signal }).then((outcome) => (ended = outcome.state));
      await vi.advanceTimersByTimeAsync(60);
      const aside = time.aside(() => passed(5_000));
      await vi.advanceTimersByTimeAsync(5_000);
      await aside;
      await vi.advanceTimersByTimeAsync(39);
      expect(ended).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect(ended).toBe('late');
    } finally {
      vi.useRealTimers();
    }
  });

  test('stands still until the last of several things aside has ended, also by an error', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    try {
      const time = countedTime();
      const failing = time.aside(() => passed(50).then(() => Promise.reject(new Error('no'))));
      let ended: unknown;
      void time.within(never, { withinMs: 10, signal }).then((outcome) => (ended = outcome.state));
      const long = time.aside(() => passed(200));
      await Promise.all([expect(failing).rejects.toThrow('no'), vi.advanceTimersByTimeAsync(200)]);
      await long;
      expect(ended).toBeUndefined();
      await vi.advanceTimersByTimeAsync(10);
      expect(ended).toBe('late');
    } finally {
      vi.useRealTimers();
    }
  });

  test('gives what comes in time, and says when it was interrupted', async () => {
    const time = countedTime();
    expect(await time.within(Promise.resolve(7), { withinMs: 60_000, signal })).toEqual({ state: 'done', value: 7 });
    const interrupt = new AbortController();
    const waited = time.within(never, { withinMs: 60_000, signal: interrupt.signal });
    interrupt.abort();
    expect(await waited).toEqual({ state: 'aborted' });
    await expect(time.within(Promise.reject(new Error('thrown')), { withinMs: 60_000, signal })).rejects.toThrow('thrown');
  });
});
