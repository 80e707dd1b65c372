// The machine-readable end of a run. Its shape is documented in docs/reference/summary.md and carries a version:
// fields are added within a version, never changed.
import type { CaseResult } from '../run/environment.ts';

export const SUMMARY_VERSION = 1;

export interface Summary {
  version: typeof SUMMARY_VERSION;
  tornwire: string;
  startedAt: string;
  durationMs: number;
  seed: number;
  /** Interrupted by a signal: the cases are those that had ended. */
  interrupted: boolean;
  counts: Counts;
  cases: CaseRow[];
}

export interface Counts {
  passed: number;
  failed: number;
  unknown: number;
  skipped: number;
  /** Defect cases that failed by the oracle their patch names. */
  caught: number;
  /** Defect cases that did not. */
  missed: number;
}

export interface CaseRow {
  scenario: string;
  title: string;
  defect: string | null;
  /** The oracle that the defect's patch names. */
  expectedOracle: string | null;
  runtime: string;
  engine: string;
  engines: readonly string[];
  seed: number;
  repeat: number;
  verdict: 'pass' | 'fail' | 'unknown' | 'skipped';
  /** The oracle that decided; null on a pass or a skip. */
  oracle: string | null;
  /** Why it is unknown or skipped. */
  reason: string | null;
  findings: readonly { oracle: string; message: string; subject?: string; events: readonly number[] }[];
  fingerprint: string | null;
  durationMs: number;
  /** Of that, script and faults. */
  driveMs: number;
  folder: string | null;
  repro: string | null;
  replay: string;
}

export function rowOf(
  result: CaseResult,
  about: { repeat: number; expectedOracle: string | null; repro: string | null; replay: string },
): CaseRow {
  const { verdict } = result;
  return {
    scenario: result.case.scenario,
    title: result.title,
    defect: result.case.defect ?? null,
    expectedOracle: about.expectedOracle,
    runtime: result.case.runtime,
    engine: result.case.engine,
    engines: result.engines,
    seed: result.case.seed,
    repeat: about.repeat,
    verdict: verdict.outcome,
    oracle: verdict.outcome === 'pass' ? null : verdict.oracle,
    reason: verdict.outcome === 'unknown' ? `${verdict.reason}: ${verdict.detail}` : null,
    findings: verdict.outcome === 'pass' ? [] : verdict.findings,
    fingerprint: result.fingerprint || null,
    durationMs: Math.round(result.durationMs),
    driveMs: Math.round(result.driveMs),
    folder: result.folder,
    repro: about.repro,
    replay: about.replay,
  };
}

/** A defect case is caught when it fails and any of its findings is of the oracle that its patch names. */
export function isCaught(row: CaseRow): boolean {
  return row.verdict === 'fail' && row.findings.some((finding) => finding.oracle === row.expectedOracle);
}

export function countsOf(rows: readonly CaseRow[]): Counts {
  const clean = rows.filter((row) => row.defect === null);
  const defects = rows.filter((row) => row.defect !== null && row.verdict !== 'skipped');
  const caught = defects.filter(isCaught).length;
  return {
    passed: clean.filter((row) => row.verdict === 'pass').length,
    failed: clean.filter((row) => row.verdict === 'fail').length,
    unknown: clean.filter((row) => row.verdict === 'unknown').length,
    skipped: rows.filter((row) => row.verdict === 'skipped').length,
    caught,
    missed: defects.length - caught,
  };
}
