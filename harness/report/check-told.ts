// What was said of the checks before this one, so that a bug that many of them meet is told once.
import type { CheckWording } from '../model/check.ts';
import { withoutChance } from '../model/judging/fingerprint.ts';
import { placeIn } from '../model/text/one-bug.ts';
import type { CaseRow } from '../results/summary.ts';
import { kindOf, saidOf, type Found } from './check-words.ts';

/** Empty before the first check; what is said of each one is added. */
export class ToldBefore {
  readonly #words = new Set<string>();
  readonly #crashes = new Map<string, { check: string; isHabit: boolean }>();

  /**
   * Without what a program does at any time, such as a banner on stdout, where it was told before: the check holds beside it. A crash is
   * never passed over: it is the end of what the check wanted to see.
   */
  rest(row: CaseRow, wording: CheckWording): CaseRow {
    if (row.verdict !== 'fail') return row;
    const fresh = row.findings.filter((finding) => {
      const kind = kindOf(finding);
      if (kind === undefined || kind === 'crash' || (kind === 'process' && wording.hangIs !== undefined)) return true;
      // Numbers in it differ from run to run.
      const words = saidOf(finding, { ...wording, after: '' }).replaceAll(/\d+/g, '0');
      return this.#words.size === this.#words.add(words).size - 1;
    });
    if (fresh.length === row.findings.length) return row;
    return fresh.length === 0 ? { ...row, verdict: 'pass', findings: [] } : { ...row, findings: fresh };
  }

  /**
   * The check of which the same crash was told first; undefined when this is the first one, or when nobody can tell. What breaks a rule is
   * told in full also where a habit was told of it before.
   */
  sameCrash(finding: Found, check: string, isHabit: boolean): string | undefined {
    const bug = bugOf(finding);
    if (bug === undefined) return undefined;
    const first = this.#crashes.get(bug);
    if (first !== undefined && (isHabit || !first.isHabit)) return first.check === check ? undefined : first.check;
    this.#crashes.set(bug, { check, isHabit });
    return undefined;
  }
}

/** Place and cause. Who ended without a word has neither, and may have had a different reason each time. */
function bugOf(finding: Found): string | undefined {
  const { oracle, subject, cause, message } = finding;
  if ((oracle !== 'crash' && oracle !== 'script') || cause === undefined) return undefined;
  const place = placeIn(message);
  return [subject, place ?? '', place === undefined ? withoutChance(cause) : causeAt(cause)].join('\n');
}

/** What a parser quotes of its input is another text each time. The name of an error, or its code, says more than `Error`. */
function causeAt(cause: string): string {
  const name = /^(?:Uncaught )?([\w.$]*(?:Error|Exception))\b/.exec(cause)?.[1];
  if (name !== undefined && !/^(?:Error|Exception)$/.test(name)) return name;
  return /\bE[A-Z]{3,}\b/.exec(cause)?.[0] ?? withoutChance(cause.replaceAll(/(["'`]).*?\1/g, '…'));
}
