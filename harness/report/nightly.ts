// What a person reads at the end of a nightly: how often each scenario failed where, and the repros that bring the failures
// back.
import { percent, rateOf, rateText } from '../model/values/rate.ts';
import type { LedgerCase } from '../results/ledger.ts';
import { bounded, oneLine } from './plain.ts';

export function nightlyText(cases: readonly LedgerCase[], elapsedMs: number): string {
  const judged = cases.filter((row) => row.verdict !== 'skipped');
  const count = (verdict: LedgerCase['verdict']): number => cases.filter((row) => row.verdict === verdict).length;
  const rounds = Math.max(0, ...cases.map((row) => row.round));
  return [
    '',
    ...placeLines(judged),
    ...failureGroups(judged),
    ...skipLines(cases),
    '',
    `nightly: ${count('pass')} passed, ${count('fail')} failed, ${count('unknown')} unknown, ${count('skipped')} skipped in ${rounds} round(s), ${(elapsedMs / 1_000).toFixed(0)} s`,
  ].join('\n');
}

function placeLines(judged: readonly LedgerCase[]): string[] {
  return [...Map.groupBy(judged, placeOf)].map(([place, rows]) => {
    const decided = rows.filter((row) => row.verdict !== 'unknown');
    const rate = rateOf(decided.filter((row) => row.verdict === 'fail').length, decided.length);
    return `${place}: ${rate.times} of ${rate.of} failed (at most ${percent(rate.high)}), ${rows.length - decided.length} unknown`;
  });
}

/** One bug, one paragraph: scenario, fingerprint, its rate in this nightly, its rate on replay, and the command. */
function failureGroups(judged: readonly LedgerCase[]): string[] {
  const failures = judged.filter((row) => row.verdict === 'fail');
  return [...Map.groupBy(failures, (row) => `${row.scenario} ${row.fingerprint} ${placeOf(row)}`).values()].flatMap((rows) => {
    const [first] = rows as [LedgerCase, ...LedgerCase[]];
    const runs = judged.filter((row) => row.scenario === first.scenario && placeOf(row) === placeOf(first) && row.verdict !== 'unknown');
    const { times, of } = first.reproduced ?? { times: 1, of: 1 };
    return [
      `FAIL ${first.scenario} (${placeOf(first)}) by ${first.oracle}: failed ${rateText(rateOf(rows.length, runs.length))}; the first came back ${times} of ${of} times`,
      `     ${bounded(first.reason ?? '').replaceAll('\n', '\n     ')}`,
      `     replay: ${first.replay}`,
    ];
  });
}

function skipLines(cases: readonly LedgerCase[]): string[] {
  const skipped = cases.filter((row) => row.verdict === 'skipped');
  return [...Map.groupBy(skipped, (row) => `${placeOf(row)}: ${oneLine(row.reason ?? '')}`)].map(
    ([why, rows]) => `skipped ${rows.length} on ${why}`,
  );
}

function placeOf(row: LedgerCase): string {
  return `${row.runtime}, ${row.engine}`;
}
