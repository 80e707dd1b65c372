import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MachineReading } from '../../model/judging/history.ts';
import { lateness, starvedDoubt, type Wait } from './starvation.ts';
import { historyOf } from '../testing/written-history.contract.ts';

interface Machine {
  gapMs: number;
  seen: MachineReading;
}

const atMostMs = (max: number) => fc.integer({ min: 0, max });

/** Readings one after the other, each of them with or without what a machine may not tell. */
const machines: fc.Arbitrary<Machine[]> = fc.array(
  fc
    .record({
      gapMs: fc.integer({ min: 1, max: 3_000 }),
      p99: atMostMs(1_500),
      aboveP99: fc.option(atMostMs(500)),
      stalled: fc.option(atMostMs(3_000)),
      pressure: fc.option(fc.integer({ min: 0, max: 100 })),
      waited: fc.option(atMostMs(6_000)),
    })
    .map(({ gapMs, p99, aboveP99, stalled, pressure, waited }) => ({
      gapMs,
      seen: {
        probe: 'machine' as const,
        loopDelayP99Ms: p99,
        cpuPressureAvg10: pressure,
        ...(aboveP99 !== null && { loopDelayMaxMs: p99 + aboveP99 }),
        ...(stalled !== null && { loopStalledMs: stalled }),
        ...(waited !== null && { processorWaitMs: waited }),
      },
    })),
  { maxLength: 40 },
);

/** Late in any case: how late is what is asked. */
const waits: fc.Arbitrary<Wait> = fc
  .record({
    fromMs: atMostMs(10_000),
    boundMs: fc.integer({ min: 1, max: 5_000 }),
    lateMs: fc.integer({ min: 1, max: 60_000 }),
    asleep: fc.boolean(),
  })
  .map(({ fromMs, boundMs, lateMs, asleep }) => ({ fromMs, boundMs, waitedMs: boundMs + lateMs, asleep }));

function isExcused(machine: readonly Machine[], wait: Wait): boolean {
  let atMs = 0;
  const history = historyOf(machine.map(({ gapMs, seen }) => ({ atMs: (atMs += gapMs), kind: 'observation', observation: seen })));
  return lateness(history, [wait]).doubt !== undefined;
}

describe('lateness is monotone', () => {
  test('where waiting so long is a failure, waiting longer is one too', () => {
    fc.assert(
      fc.property(machines, waits, fc.integer({ min: 1, max: 60_000 }), (machine, wait, longerMs) => {
        fc.pre(!isExcused(machine, wait));
        expect(isExcused(machine, { ...wait, waitedMs: wait.waitedMs + longerMs })).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is excused stays excused on a machine that is busier still', () => {
    const busier = fc.record({ p99: atMostMs(500), stalled: atMostMs(1_000), pressure: atMostMs(60), waited: atMostMs(2_000) });
    fc.assert(
      fc.property(machines, waits, fc.array(busier, { minLength: 40, maxLength: 40 }), (machine, wait, more) => {
        fc.pre(isExcused(machine, wait));
        const worse = machine.map(({ gapMs, seen }, index) => ({ gapMs, seen: worsened(seen, more[index] as (typeof more)[number]) }));
        expect(isExcused(worse, wait)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a machine that had time excuses nothing', () => {
    const calm = machines.map((machine) =>
      machine.map(({ gapMs }): Machine => ({ gapMs, seen: { probe: 'machine', loopDelayP99Ms: 12, cpuPressureAvg10: 39 } })),
    );
    fc.assert(
      fc.property(calm, waits, (machine, wait) => {
        expect(isExcused(machine, wait)).toBe(false);
      }),
    );
  });
});

function worsened(seen: MachineReading, more: { p99: number; stalled: number; pressure: number; waited: number }): MachineReading {
  const { loopDelayP99Ms, loopDelayMaxMs, loopStalledMs, cpuPressureAvg10, processorWaitMs } = seen;
  return {
    ...seen,
    loopDelayP99Ms: loopDelayP99Ms + more.p99,
    cpuPressureAvg10: cpuPressureAvg10 === null ? null : Math.min(100, cpuPressureAvg10 + more.pressure),
    ...(loopDelayMaxMs !== undefined && { loopDelayMaxMs: loopDelayMaxMs + more.p99 }),
    ...(loopStalledMs !== undefined && { loopStalledMs: loopStalledMs + more.stalled }),
    ...(processorWaitMs !== undefined && { processorWaitMs: processorWaitMs + more.waited }),
  };
}

describe('several waits of one finding', () => {
  const busyUntil = (toMs: number) =>
    historyOf([{ atMs: toMs, kind: 'observation', observation: { probe: 'machine', loopDelayP99Ms: 5, cpuPressureAvg10: 90 } }]);

  test('one that a busy machine does not explain makes all of them stand', () => {
    const explained = { fromMs: 0, waitedMs: 900, boundMs: 500 };
    const late = { fromMs: 1_000, waitedMs: 900, boundMs: 500 };
    expect(lateness(busyUntil(1_000), [explained]).doubt?.reason).toBe('starved');
    expect(lateness(busyUntil(1_000), [explained, late])).toEqual({});
  });

  test('says how long was waited, what of it the machine took, and the bound', () => {
    const { doubt } = lateness(busyUntil(2_000), [{ fromMs: 0, waitedMs: 1_000, boundMs: 500 }]);
    expect(doubt?.detail).toBe(
      'the machine was starved: it took at most 933 ms of 1 s, the bound is 500 ms: CPU pressure 90 % (event 1); run the case again alone',
    );
    const { unexplained } = lateness(busyUntil(2_000), [{ fromMs: 0, waitedMs: 80_000, boundMs: 500 }]);
    expect(unexplained).toBe('a busy machine explains at most 1.9 s of 80 s: CPU pressure 90 % (event 1)');
  });

  test('a state without a bound is doubted where the machine took some of the time, and says no bound', () => {
    expect(starvedDoubt(busyUntil(1_000), 500, 700).doubt?.detail).toBe(
      'the machine was starved: CPU pressure 90 % (event 1); run the case again alone',
    );
    expect(starvedDoubt(busyUntil(1_000), 1_000, 1_200)).toEqual({});
  });
});
