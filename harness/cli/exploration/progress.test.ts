import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTime, progressOn, timeOf } from './progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each ten seconds it says where it stands, however often that changes, and nothing any more once it is over', () => {
  const said: string[] = [];
  {
    using progress = progressOn((line) => said.push(line));
    vi.advanceTimersByTime(10_000);
    for (let tries = 0; tries < 12; tries++) {
      progress.doing(() => `${tries} tried`);
      vi.advanceTimersByTime(3_000);
    }
  }
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual(['3 tried', '6 tried', '9 tried']);
});

test('times are in the unit in which people count them', () => {
  expect([400, 42_000, 119_000, 210_000, 9_000_000].map(inTime)).toEqual(['0 s', '42 s', '119 s', '3.5 min', '2.5 h']);
  expect(timeOf(5_000, 600_000)).toBe('5 s of 10 min');
});
