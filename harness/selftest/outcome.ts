// What came of the pairs: how often each bug was caught and each clean twin passed, and whether that is enough.
import { EXIT } from '../model/values/exit-code.ts';
import { isHarnessError, type CaseRow } from '../results/summary.ts';
import { type Language, type Pair, type Speech, type Twin } from './base/pair.ts';
import type { SeenByHand } from './by-hand.ts';

/** Shares of all runs, quiet and with a load beside. A bug that is unknown with its reason counts under a load only. */
const TARGETS = { quiet: { bugs: 0.99, clean: 1 }, loaded: { bugs: 0.97, clean: 1 } } as const;

/** How the runs of one twin ended. `right`: as the table of pairs says. */
export interface Ended {
  of: number;
  right: number;
  unknown: number;
  wrong: number;
  /** Of the runs that were not right, in words. */
  reasons: readonly string[];
}

export interface PairOutcome {
  name: string;
  oracle: string;
  outcome: 'fail' | 'unknown';
  language: Language;
  speech: Speech;
  hole: string | null;
  known: string | null;
  sentence: string;
  /** Why it did not run. */
  skipped: string | null;
  byHand: readonly SeenByHand[];
  bug: Ended;
  clean: Ended;
}

export interface Counts {
  pairs: number;
  skipped: number;
  knownHoles: number;
  byHand: { right: number; of: number };
  bugs: { caught: number; unknown: number; missed: number; of: number };
  clean: { passed: number; unknown: number; failed: number; of: number };
}

export function outcomeOf(pair: Pair, rows: readonly CaseRow[], byHand: readonly SeenByHand[]): PairOutcome {
  const of = (twin: Twin): Ended =>
    endedOf(
      pair,
      twin,
      rows.filter((row) => row.expectedOracle === expectationOf(pair, twin)),
    );
  const skipped = rows.find((row) => row.verdict === 'skipped');
  const { name, oracle, outcome, language, shape } = pair;
  return {
    name,
    oracle,
    outcome,
    language,
    speech: shape.speech,
    hole: pair.hole ?? null,
    known: pair.known ?? null,
    sentence: pair.bug,
    skipped: skipped?.reason ?? null,
    byHand,
    bug: of('bug'),
    clean: of('clean'),
  };
}

/** What the row of a twin says in the place of a defect's oracle. */
export function expectationOf(pair: Pair, twin: Twin): string {
  return twin === 'bug' ? pair.oracle : 'none';
}

function endedOf(pair: Pair, twin: Twin, rows: readonly CaseRow[]): Ended {
  const played = rows.filter((row) => row.verdict !== 'skipped');
  const wrong = played.filter((row) => !isRight(pair, twin, row));
  const unknown = wrong.filter((row) => row.verdict === 'unknown');
  return {
    of: played.length,
    right: played.length - wrong.length,
    unknown: unknown.length,
    wrong: wrong.length - unknown.length,
    reasons: wrong.map(inWords),
  };
}

export function isRight(pair: Pick<Pair, 'outcome' | 'oracle' | 'also'>, twin: Twin, row: CaseRow): boolean {
  if (twin === 'clean') return row.verdict === 'pass';
  if (row.verdict !== pair.outcome) return false;
  const oracles = [pair.oracle, pair.also];
  return [row.oracle, row.reasonKind, ...row.findings.map(({ oracle }) => oracle)].some(
    (oracle) => oracle !== null && oracles.includes(oracle),
  );
}

export function inWords(row: CaseRow): string {
  const [finding] = row.findings;
  const why = row.reason ?? finding?.message ?? '';
  return `${row.verdict}${row.oracle === null ? '' : ` by ${row.oracle}`}${why === '' ? '' : `: ${why}`}`;
}

export function countsOf(outcomes: readonly PairOutcome[]): Counts {
  const judged = outcomes.filter(({ known, skipped }) => known === null && skipped === null);
  const sum = (of: (outcome: PairOutcome) => number): number => judged.reduce((total, outcome) => total + of(outcome), 0);
  return {
    pairs: outcomes.length,
    skipped: outcomes.filter(({ skipped }) => skipped !== null).length,
    knownHoles: outcomes.filter(({ known }) => known !== null).length,
    byHand: {
      right: sum(({ byHand }) => byHand.filter(({ wanted, saw }) => wanted === saw).length),
      of: sum(({ byHand }) => byHand.length),
    },
    bugs: {
      caught: sum(({ bug }) => bug.right),
      unknown: sum(({ bug }) => bug.unknown),
      missed: sum(({ bug }) => bug.wrong),
      of: sum(({ bug }) => bug.of),
    },
    clean: {
      passed: sum(({ clean }) => clean.right),
      unknown: sum(({ clean }) => clean.unknown),
      failed: sum(({ clean }) => clean.wrong),
      of: sum(({ clean }) => clean.of),
    },
  };
}

/** Whether the targets hold. Under a load, what is unknown with its reason is nobody's mistake, and is counted apart. */
export function exitCodeOf(counts: Counts, rows: readonly CaseRow[], loaded: boolean): number {
  const surprises = rows.filter((row) => isHarnessError(row) && row.expectedOracle !== 'harness');
  if (surprises.length > 0) return EXIT.harness;
  const { bugs, clean, byHand } = counts;
  if (bugs.of === 0) return EXIT.unknown;
  const target = loaded ? TARGETS.loaded : TARGETS.quiet;
  const caught = bugs.caught + (loaded ? bugs.unknown : 0);
  const passed = clean.passed + (loaded ? clean.unknown : 0);
  const holds = caught >= target.bugs * bugs.of && passed >= target.clean * clean.of && byHand.right === byHand.of;
  return holds ? EXIT.pass : EXIT.fail;
}
