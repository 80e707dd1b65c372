import { describe, expect, test } from 'vitest';
import { hang } from './hang.ts';
import { historyOf, judgesWrittenHistories, PLAN, textOf } from '../testing/written-history.contract.ts';

describe('hang', () => {
  judgesWrittenHistories(hang);

  const owed = { kind: 'obligation', id: 1, what: 'the window is there', boundMs: 500 } as const;
  const quietFor = (quietMs: number) =>
    historyOf([
      { atMs: 100, ...owed, state: 'opened' },
      { atMs: 100 + quietMs, ...owed, state: 'unmet' },
    ]);

  test('how long silence must last shrinks with the clock speed, the timers of the system with it', () => {
    // 2 s and the 500 ms of the bridge's longest timer.
    expect(textOf(hang.judge(quietFor(2_400), PLAN))).toContain('too short a time');
    expect(textOf(hang.judge(quietFor(2_500), PLAN))).toContain('hang, no progress');
    expect(textOf(hang.judge(quietFor(240), { ...PLAN, clockSpeed: 10 }))).not.toContain('hang, no progress');
    expect(textOf(hang.judge(quietFor(500), { ...PLAN, clockSpeed: 10 }))).toContain('hang, no progress');
  });
});
