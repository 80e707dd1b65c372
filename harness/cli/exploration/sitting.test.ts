import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sittingOf } from './sitting.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const NOTHING = { findings: 0, starved: 0 };

test('recordings, cases and triage are all of one budget', () => {
  const sitting = sittingOf(100_000, 0, 0);
  vi.advanceTimersByTime(40_000);
  expect([sitting.spentMs(), sitting.leftMs(), sitting.leftForCasesMs(NOTHING)]).toEqual([40_000, 60_000, 60_000]);
  // A quarter for what has failed, a tenth for what is taken again alone.
  expect(sitting.leftForCasesMs({ findings: 3, starved: 0 })).toBe(35_000);
  expect(sitting.leftForCasesMs({ findings: 3, starved: 2 })).toBe(25_000);
  vi.advanceTimersByTime(40_000);
  expect(sitting.leftForCasesMs({ findings: 1, starved: 0 })).toBeLessThan(0);
  expect([sitting.partMs(1), sitting.partMs(4)]).toEqual([20_000, 5_000]);
  vi.advanceTimersByTime(40_000);
  expect([sitting.leftMs(), sitting.partMs(1), sitting.spentMs()]).toEqual([0, 0, 120_000]);
});

test('of a long budget no finding takes more than a minute', () => {
  const sitting = sittingOf(3_600_000, 0, 0);
  expect(sitting.leftForCasesMs({ findings: 2, starved: 1 })).toBe(3_600_000 - 120_000 - 30_000);
  expect(sitting.partMs(2)).toBe(60_000);
});

test('the next sitting has what is left of the budget; where it is used up, only what was found gets time', () => {
  expect(sittingOf(100_000, 70_000, 0).leftMs()).toBe(30_000);
  expect(sittingOf(100_000, 100_000, 0).leftMs()).toBe(0);
  const late = sittingOf(100_000, 130_000, 2);
  expect([late.leftMs(), late.leftForCasesMs({ findings: 2, starved: 0 }) < 0]).toEqual([25_000, true]);
});
