// A finished case, for tests of what is made from one.
import type { Verdict } from '../model/judging/verdict.ts';
import type { CaseResult } from '../model/case-result.ts';
import { countsOf, rowOf, SUMMARY_VERSION, type CaseRow, type Summary } from './summary.ts';

export function resultDouble(verdict: Verdict, more: Partial<CaseResult> = {}): CaseResult {
  return {
    case: { scenario: 'links/cut', parameters: {}, seed: 7, schedule: [], runtime: 'process', engine: 'auto', clockSpeed: 1 },
    title: 'a cut link is dialled again',
    verdict,
    durationMs: 1_234.5,
    driveMs: 1_000.4,
    folder: '/nowhere',
    engines: ['own 0.1.0'],
    decisions: [],
    fingerprint: verdict.outcome === 'fail' ? 'f00d' : '',
    ...more,
  };
}

/** `defect`: the case ran with that defect, and its patch names `expectedOracle`. */
export function rowDouble(verdict: Verdict, more: Partial<CaseRow> = {}): CaseRow {
  return {
    ...rowOf(resultDouble(verdict), { repeat: 1, expectedOracle: null, repro: null, replay: 'npx tornwire run links/cut' }),
    ...more,
  };
}

export function summaryDouble(cases: readonly CaseRow[], more: Partial<Summary> = {}): Summary {
  return {
    version: SUMMARY_VERSION,
    tornwire: '0.1.0',
    startedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 5_000,
    seed: 7,
    folder: 'results/runs/2026-01-01T00-00-00-000Z-1',
    interrupted: false,
    planned: cases.length,
    finished: true,
    counts: countsOf(cases),
    cases: [...cases],
    pending: [],
    ...more,
  };
}
