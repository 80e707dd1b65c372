// Compares a run with an earlier one: what is new, what is fixed, and what is sometimes the one and sometimes the other.
import type { Changes } from '../results/gate-outcome.ts';
import { isCaught, type CaseRow } from '../results/summary.ts';

type State = 'good' | 'bad' | 'flaky' | 'undecided';

export function changesBetween(since: string, before: readonly CaseRow[], now: readonly CaseRow[]): Changes {
  const earlier = statesOf(before);
  const present = statesOf(now);
  const keys = [...new Set([...present.keys(), ...earlier.keys()])];
  const where = (is: (then: State | undefined, now: State | undefined) => boolean): string[] =>
    keys.filter((key) => is(earlier.get(key), present.get(key)));
  return {
    since,
    new: where((then, now) => isWrong(now) && (then === undefined || then === 'good')),
    fixed: where((then, now) => now === 'good' && isWrong(then)),
    flaky: where((then, now) => then === 'flaky' || now === 'flaky'),
    stillFailing: where((then, now) => isWrong(now) && isWrong(then)),
    added: where((then, now) => then === undefined && now !== undefined),
    gone: where((then, now) => then !== undefined && now === undefined),
  };
}

const isWrong = (state: State | undefined): boolean => state === 'bad' || state === 'flaky';

function statesOf(rows: readonly CaseRow[]): Map<string, State> {
  const groups = Map.groupBy(rows, nameOf);
  return new Map([...groups].map(([name, group]) => [name, stateOf(group)]));
}

/** What a case is called when runs are compared. */
export function nameOf({ scenario, defect, runtime }: CaseRow): string {
  return `${scenario}${defect === null ? '' : ` + ${defect}`} (${runtime})`;
}

/** Skips and unknown verdicts decide nothing. */
function stateOf(rows: readonly CaseRow[]): State {
  const decided = rows.filter((row) => row.verdict === 'pass' || row.verdict === 'fail');
  const good = decided.filter((row) => (row.defect === null ? row.verdict === 'pass' : isCaught(row))).length;
  if (decided.length === 0) return 'undecided';
  return good === decided.length ? 'good' : good === 0 ? 'bad' : 'flaky';
}
