import { expect, test } from 'vitest';
import { engineClock, monotonicNowMs } from './engine-clock.ts';

/** What the clock says of events that happened and arrived at these times, on our clock; theirs is ahead by `offsetMs`. */
function translated(offsetMs: number, events: readonly { happened: number; arrived: number }[]): number[] {
  let nowMs = 0;
  const clock = engineClock(() => nowMs);
  return events.map(({ happened, arrived }) => {
    nowMs = arrived;
    return clock(happened + offsetMs);
  });
}

const EVENTS = [
  { happened: 1_000, arrived: 1_030 },
  { happened: 1_100, arrived: 1_104 },
  { happened: 1_200, arrived: 1_950 },
  { happened: 1_300, arrived: 1_951 },
];

test('on one machine an event has the time at which it happened, however late it arrives', () => {
  expect(translated(0, EVENTS)).toEqual([1_000, 1_100, 1_200, 1_300]);
});

test.each([-86_400_000, 5_000_000, 40])(
  'of a clock that is ahead by %d ms the difference is estimated from the event that came soonest',
  (offset) => {
    const times = translated(offset, EVENTS);
    expect(times).toEqual([1_030, 1_104, 1_204, 1_304]);
    expect(times.every((atMs, index) => atMs <= (EVENTS[index]?.arrived ?? 0))).toBe(true);
  },
);

test('reads the clock that the fault proxy stamps its events with', () => {
  const before = Number(process.hrtime.bigint()) / 1e6;
  expect(monotonicNowMs()).toBeGreaterThanOrEqual(before);
  expect(monotonicNowMs() - before).toBeLessThan(60_000);
});
