// The summary of a run for machines. docs/reference/summary.md documents its shape. It carries a version: within a version,
// fields are added, never changed.
import type { CaseResult, Drawn } from '../model/case-result.ts';
import type { Isolation } from '../model/isolation.ts';
import type { Finding, UnknownReason } from '../model/judging/verdict.ts';

export const SUMMARY_VERSION = 1;

export interface Summary {
  version: typeof SUMMARY_VERSION;
  tornwire: string;
  startedAt: string;
  durationMs: number;
  seed: number;
  /** Where it is saved, seen from the project. */
  folder: string;
  /** Interrupted by a signal: the cases are those that had ended. */
  interrupted: boolean;
  /** How many cases were asked for. */
  planned: number;
  /** Every planned case has its row, and no row changes any more. */
  finished: boolean;
  counts: Counts;
  cases: CaseRow[];
  /** Of a project that accepts known flaws; absent while no case that they concern was judged. */
  knownFlaws?: KnownFlawsNote;
  /** Planned, and without a row: not begun, or still running when this was written. */
  pending: PendingCase[];
}

export type PendingCase = Pick<CaseRow, 'scenario' | 'title' | 'defect' | 'runtime' | 'engine' | 'seed' | 'repeat'>;

/** In words, one line each. */
export interface KnownFlawsNote {
  /** Accepted no longer: their day has passed. */
  expired: readonly string[];
  /** None of the cases that they concern showed them. */
  unused: readonly string[];
}

/** A finding that fails nothing, because the project accepts it until that day. */
export interface AcceptedRow {
  oracle: string;
  message: string;
  reason: string;
  /** The last day, as 2026-12-31. */
  until: string;
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
  /** Of those that passed: how many passed because what was found is accepted. Absent when none did. */
  accepted?: number;
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
  /** Why it is unknown or skipped, in words. */
  reason: string | null;
  /** Of an unknown verdict: which kind of reason that is. */
  reasonKind: UnknownReason | null;
  /** Of a skipped case: it cannot run there by its nature. Otherwise something is missing that could be installed. */
  byDesign?: true;
  /** Of a pass: what it rests on, in words: how long rest lasted, and what nobody could see. */
  restsOn?: readonly string[];
  /** `code`: what `tornwire explain` says more about. */
  findings: readonly Omit<Finding, 'bug' | 'beside'>[];
  /** What was found and is accepted. It is not among `findings`; without other findings the case passes. */
  accepted?: readonly AcceptedRow[];
  /** The oracle that had to fail, of a scenario with `expect`. */
  expected?: string;
  fingerprint: string | null;
  durationMs: number;
  /** Of that, script and faults. */
  driveMs: number;
  folder: string | null;
  repro: string | null;
  replay: string;
  /** Of a failure that was run again at once: how often the same failure came back, its first time included. */
  reproduced?: { times: number; of: number };
  /** Of a case that ran with faster clocks. */
  clock?: ClockNote;
  /** Of a case that was taken again alone: why its first verdict did not count. */
  retakenBecause?: string;
  /** Of a case of processes that was played: how it was kept apart from others, and why not in a box. */
  isolation?: Isolation;
  /** TCP ports on which its nodes have listened at every address of the machine: no other case with one of them runs beside it. */
  wildcardPorts?: readonly number[];
  /** Its nodes, in the order of the topology, and who dials whom; `driver` is the script. Absent of what was never played. */
  topology?: Drawn;
}

export interface ClockNote {
  speed: number;
  /** Of a failure: how long the run at that speed took, and whether one at speed 1 failed too. */
  foundAfterMs?: number;
  confirmed?: boolean;
}

export function rowOf(
  result: CaseResult,
  about: Pick<CaseRow, 'repeat' | 'expectedOracle' | 'repro' | 'replay' | 'reproduced' | 'clock' | 'accepted'>,
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
    reasonKind: verdict.outcome === 'unknown' ? verdict.reason : null,
    ...(verdict.outcome === 'pass' && verdict.restsOn && { restsOn: verdict.restsOn }),
    findings: verdict.outcome === 'pass' ? [] : verdict.findings.map(({ bug: _bug, ...finding }) => finding),
    fingerprint: result.fingerprint || null,
    durationMs: Math.round(result.durationMs),
    driveMs: Math.round(result.driveMs),
    folder: result.folder,
    repro: about.repro,
    replay: about.replay,
    ...(about.reproduced && { reproduced: about.reproduced }),
    ...(about.clock && { clock: about.clock }),
    ...(about.accepted && about.accepted.length > 0 && { accepted: about.accepted }),
    ...(result.expected !== undefined && { expected: result.expected }),
    ...(result.isolation && { isolation: result.isolation }),
    ...(result.wildcardPorts && { wildcardPorts: result.wildcardPorts }),
    ...(result.topology && { topology: result.topology }),
  };
}

/** An error came out after the case had passed: what it did meanwhile is not known. */
export function rowWithStray(row: CaseRow, line: string): CaseRow {
  const reason = `harness: stray-error: after its end: ${line}`;
  const { restsOn: _, ...rest } = row;
  return { ...rest, verdict: 'unknown', oracle: 'harness', reason, reasonKind: 'harness' };
}

/** A defect case is caught when it fails and any of its findings is of the oracle that its patch names. */
export function isCaught(row: CaseRow): boolean {
  return row.verdict === 'fail' && row.findings.some((finding) => finding.oracle === row.expectedOracle);
}

const OURS: ReadonlySet<UnknownReason | null> = new Set(['injector', 'harness', 'mistaken'] as const);

/** The harness, its fault server or the scenario itself failed: nothing was learnt about the system. */
export function isHarnessError(row: CaseRow): boolean {
  return row.verdict === 'unknown' && OURS.has(row.reasonKind);
}

/** The scenario does not fit together: a mistake of its author. */
export function isMistaken(row: CaseRow): boolean {
  return row.verdict === 'unknown' && row.reasonKind === 'mistaken';
}

export function countsOf(rows: readonly CaseRow[]): Counts {
  const clean = rows.filter((row) => row.defect === null);
  const defects = rows.filter((row) => row.defect !== null && row.verdict !== 'skipped');
  const caught = defects.filter(isCaught).length;
  const accepted = clean.filter((row) => row.verdict === 'pass' && row.accepted).length;
  return {
    passed: clean.filter((row) => row.verdict === 'pass').length,
    failed: clean.filter((row) => row.verdict === 'fail').length,
    unknown: clean.filter((row) => row.verdict === 'unknown').length,
    skipped: rows.filter((row) => row.verdict === 'skipped').length,
    caught,
    missed: defects.length - caught,
    ...(accepted > 0 && { accepted }),
  };
}
