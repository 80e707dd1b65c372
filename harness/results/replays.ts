// What replays of a saved case say about it. Only a replay that was judged says anything. If a replay was skipped, refused,
// interrupted or spoilt by a busy machine, it is no sign that the failure has gone.
import { cleanRunsNeeded, rateOf } from '../model/values/rate.ts';
import type { CaseRow } from './summary.ts';

export interface Replays {
  /** How often the saved outcome came back, by the oracle of then. */
  times: number;
  judged: number;
  /** How many were asked for. */
  of: number;
  notJudged: readonly { reason: string; times: number }[];
  /**
   * So many judged replays in a row without the failure show with 95 % confidence that it comes back less often than it did: after its
   * rate when it was saved, the lower bound of whose interval is taken. Null where that rate is not known.
   */
  cleanNeeded: number | null;
}

/** @param of How many replays were asked for: those that an interrupt cut off have no row. */
export function replaysOf(
  saved: { outcome: string; oracle: string; reproduced: { times: number; of: number } },
  rows: readonly CaseRow[],
  of: number,
): Replays {
  const cleanNeeded = cleanRunsNeeded(rateOf(saved.reproduced.times, saved.reproduced.of));
  const cameBack = (row: CaseRow): boolean => row.verdict === saved.outcome && (row.oracle ?? 'all') === saved.oracle;
  const isJudged = (row: CaseRow): boolean => cameBack(row) || row.verdict === 'pass' || row.verdict === 'fail';
  const reasons = rows.filter((row) => !isJudged(row)).map((row) => row.reason ?? row.verdict);
  const notBegun = Array.from({ length: of - rows.length }, () => 'interrupted: it did not come to its end');
  const counted = Map.groupBy([...reasons, ...notBegun], (reason) => reason);
  return {
    times: rows.filter(cameBack).length,
    judged: rows.filter(isJudged).length,
    of,
    notJudged: [...counted].map(([reason, same]) => ({ reason, times: same.length })),
    cleanNeeded: Number.isFinite(cleanNeeded) ? cleanNeeded : null,
  };
}

/** The replay whose decisions are comparable with those of then. */
export function firstJudged(rows: readonly CaseRow[]): CaseRow | undefined {
  return rows.find((row) => row.verdict === 'pass' || row.verdict === 'fail');
}
