// Counts need no clock. What an oracle counts (ends that nobody asked for, growth, bytes that do not decode, firings) it finds on
// any machine, however starved.
import { describe, expect, test } from 'vitest';
import type { Event, History } from '../../model/judging/history.ts';
import { crash } from '../crash.ts';
import { faultHappened } from '../fault-happened.ts';
import { leak } from '../leak/leak.ts';
import { protocol } from '../protocol.ts';
import { script } from '../script.ts';
import { writtenHistoriesOf } from '../testing/written-history.contract.ts';

const EVERY_MS = 500;

/** The same on a machine on which nobody gets a processor: not the harness, and no thread of the system. */
function starved(history: History): History {
  const endMs = history.at(-1)?.atMs ?? 0;
  const readings = Array.from({ length: Math.ceil(endMs / EVERY_MS) + 2 }, (_, index): Event => {
    const observation = {
      probe: 'machine',
      loopDelayP99Ms: 490,
      loopDelayMaxMs: 495,
      loopStalledMs: 495,
      cpuPressureAvg10: 100,
      processorWaitMs: 5_000,
    } as const;
    return { seq: 0, atMs: index * EVERY_MS, wallMs: 0, kind: 'observation', observation };
  });
  return [...history, ...readings].toSorted((a, b) => a.atMs - b.atMs).map((event, index) => ({ ...event, seq: index + 1 }));
}

describe.each([crash, faultHappened, protocol, script, leak])('$name', (oracle) => {
  // What is left of a node that had no time to end is judged by its lateness, and how long a recovery takes is a time.
  const counted = writtenHistoriesOf(oracle.name).filter(
    ({ title, history }) => !history.some(({ kind }) => kind === 'leftover') && !title.includes('recover'),
  );
  test('there are such histories', () => expect(counted.length).toBeGreaterThan(1));
  test.each(counted)('$title, on a machine without time as well', ({ history, plan, expected }) => {
    const verdict = oracle.judge(starved(history), plan);
    expect([verdict.outcome, verdict.outcome === 'unknown' && verdict.reason]).toEqual([
      expected.outcome,
      expected.outcome === 'unknown' && expected.reason,
    ]);
  });
});
