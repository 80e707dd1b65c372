// Pass, fail or unknown. "Could not tell" is a third outcome, never a pass. A pass says what it rests on.
import type { FindingCode } from '../codes/findings.ts';
import type { UnknownReason } from '../codes/unknowns.ts';

export type { UnknownReason };

type Outcome = 'pass' | 'fail' | 'unknown';
export interface Finding {
  oracle: string;
  /** What kind of finding it is. `tornwire explain <code>` says more. An oracle of one's own needs none. */
  code?: FindingCode;
  /** One sentence: what is wrong, with the numbers that show it. */
  message: string;
  /** What of the message tells this bug from others, where the rest of it is chance. The whole of it, when absent. */
  bug?: string;
  /** Of what the script of a check says: what it calls it, such as WRONG ANSWER. */
  word?: string;
  /** Of a crash: the line in which the program named its error. */
  cause?: string;
  /** The node or link it is about. */
  subject?: string;
  /** Sequence numbers of the events that prove it. */
  events: readonly number[];
  /** It is told whatever else the verdict is, for example a rising series that something else has cut short. */
  beside?: true;
}

export type Verdict =
  /** `restsOn`: what a pass rests on, in words for people: how long rest lasted, and what nobody could see. */
  | { outcome: 'pass'; oracle: string; restsOn?: readonly string[] }
  | { outcome: 'fail'; oracle: string; findings: readonly [Finding, ...Finding[]] }
  | { outcome: 'unknown'; oracle: string; reason: UnknownReason; detail: string; findings: readonly Finding[] };

const RANK: Record<Outcome, number> = { pass: 0, unknown: 1, fail: 2 };

/**
 * fail > unknown > pass. The first of the worst verdicts decides. The findings of all failing oracles are kept, and those that
 * are to be told beside any verdict.
 */
export function combine(verdicts: readonly Verdict[]): Verdict {
  let worst: Verdict = { outcome: 'pass', oracle: 'all' };
  for (const verdict of verdicts) if (RANK[verdict.outcome] > RANK[worst.outcome]) worst = verdict;
  if (worst.outcome === 'pass') {
    return pass(
      worst.oracle,
      verdicts.flatMap((verdict) => ('restsOn' in verdict ? verdict.restsOn : [])),
    );
  }
  const others = verdicts.flatMap((verdict) => (verdict === worst ? [] : findingsOf(verdict).filter(({ beside }) => beside)));
  if (worst.outcome === 'unknown') return { ...worst, findings: [...worst.findings, ...others] };
  const failures = verdicts.flatMap((verdict) => (verdict.outcome === 'fail' && verdict !== worst ? verdict.findings : []));
  const rest = others.filter((finding) => !failures.includes(finding));
  return { ...worst, findings: [worst.findings[0], ...worst.findings.slice(1), ...failures, ...rest] };
}

function findingsOf(verdict: Verdict): readonly Finding[] {
  return verdict.outcome === 'pass' ? [] : verdict.findings;
}

export function pass(oracle: string, restsOn: readonly string[] = []): Verdict {
  return { outcome: 'pass', oracle, ...(restsOn.length > 0 && { restsOn }) };
}

export function failOrPass(oracle: string, findings: readonly Omit<Finding, 'oracle'>[]): Verdict {
  const [first, ...rest] = findings.map((finding) => ({ oracle, ...finding }));
  return first ? { outcome: 'fail', oracle, findings: [first, ...rest] } : pass(oracle);
}

export function unknown(oracle: string, reason: UnknownReason, detail: string): Verdict {
  return { outcome: 'unknown', oracle, reason, detail, findings: [] };
}
