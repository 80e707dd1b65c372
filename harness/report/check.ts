// A row of a campaign in the words of the author of the program that was checked. Four outcomes that are never mixed: broken,
// holds, not proved, not applicable. A habit that is not kept is a fifth word and fails nothing.
import type { FindingCode } from '../model/codes/findings.ts';
import type { CheckWording, Rule } from '../model/check.ts';
import type { CaseRow } from '../results/summary.ts';
import { ToldBefore } from './check-told.ts';
import { ended, kindOf, saidOf, withoutRun, wordOf, type Found } from './check-words.ts';
import { bounded, oneLine } from './plain.ts';

type CheckOutcome = 'broken' | 'holds' | 'not proved' | 'not applicable' | 'habit';

export interface CheckLine {
  /** Its key in the pack. */
  check: string;
  title: string;
  outcome: CheckOutcome;
  /** What the line begins with: ORPHAN, CRASH, HOLDS, NOT PROVED. */
  word: string;
  /** Of what an oracle found: `tornwire explain` says more. */
  code?: FindingCode;
  /** Of a crash: the check of which it was told first. This line names it only. */
  sameAs?: string;
  /** What was seen, in one line. */
  said: string;
  cure?: string;
  rule: Rule;
  durationMs: number;
  /** The command that runs this check alone. */
  closer: string;
  /** Its history and logs. */
  folder: string | null;
}

/** @param told what was said of earlier checks, and what is said of this one is added */
export function checkLineOf(whole: CaseRow, wording: CheckWording, told = new ToldBefore()): CheckLine {
  const row = told.rest(whole, wording);
  const check = row.scenario.slice(row.scenario.indexOf('/') + 1);
  const chosen = row.verdict === 'fail' ? chosenOf(row, wording) : undefined;
  const { outcome, word, said } = judged(row, wording);
  const shown = chosen && (mildOf(row, wording) ?? chosen);
  const isHabit = outcome === 'habit';
  const sameAs = shown && (isHabit || outcome === 'broken') ? told.sameCrash(shown, check, isHabit) : undefined;
  const { rule, cure } = restsOn(row, wording);
  // What the program is called: a pack says it in its titles.
  const who = /^your \w+/.exec(row.title)?.[0] ?? 'your server';
  return {
    check,
    title: row.title,
    outcome,
    word,
    ...(chosen?.code !== undefined && { code: chosen.code }),
    ...(sameAs !== undefined && { sameAs }),
    said:
      sameAs === undefined
        ? said.replaceAll('your server', who)
        : `${isHabit ? 'CRASH  ' : ''}the same crash as in '${sameAs}', after ${wording.after}.`,
    ...(cure !== undefined && (outcome === 'broken' || outcome === 'habit') && { cure }),
    rule,
    durationMs: row.durationMs,
    closer: row.replay,
    folder: row.folder,
  };
}

/** What the terminal shows of it. */
export function checkText(line: CheckLine): string {
  const { outcome, word, said, sameAs, cure, rule, closer, folder } = line;
  const head = oneLine(`${word}  ${said}${cure === undefined || sameAs !== undefined ? '' : ` ${cure}`}`, 600);
  if (outcome === 'holds' || outcome === 'not applicable' || sameAs !== undefined) return head;
  const more = [`    ${rule.source}: ${rule.says}`, `    closer: ${closer}${folder === null ? '' : `; seen: ${folder}/history.ndjson`}`];
  return [head, ...(outcome === 'not proved' ? more.slice(1) : more)].map((each) => bounded(each, 1, 800)).join('\n');
}

/**
 * `31 checks: 22 hold, 1 broken, 0 not proved, 1 habit not kept, 7 not applicable`: the numbers behind the colon add up to the one before it.
 *
 * @param planned how many were to be done; those without a line were not begun, or have not ended
 */
export function checkTotal(lines: readonly CheckLine[], planned = lines.length): string {
  const count = (outcome: CheckOutcome): number => lines.filter((line) => line.outcome === outcome).length;
  const [habits, without, missing] = [count('habit'), count('not applicable'), planned - lines.length];
  const parts = [
    `${count('holds')} hold${count('holds') === 1 ? 's' : ''}`,
    `${count('broken')} broken`,
    `${count('not proved')} not proved`,
    ...(habits === 0 ? [] : [`${habits} habit${habits === 1 ? '' : 's'} not kept`]),
    ...(without === 0 ? [] : [`${without} not applicable`]),
    ...(missing === 0 ? [] : [`${missing} not begun`]),
  ];
  return `${planned} check${planned === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

function judged(row: CaseRow, wording: CheckWording): Pick<CheckLine, 'outcome' | 'word' | 'said'> {
  switch (row.verdict) {
    case 'pass':
      return { outcome: 'holds', word: 'HOLDS', said: row.title };
    case 'skipped':
      return { outcome: 'not applicable', word: 'NOT APPLICABLE', said: `${row.title}: ${withoutKind(row.reason)}` };
    case 'unknown':
      return { outcome: 'not proved', word: 'NOT PROVED', said: `${row.title}: ${whyNot(row)}` };
    case 'fail': {
      const unproved = row.findings.find(({ code }) => code === 'TW-CHECK-NOT-PROVED');
      if (unproved) return { outcome: 'not proved', word: 'NOT PROVED', said: `${row.title}: ${saidOf(unproved, wording)}` };
      const mild = mildOf(row, wording);
      const isHabit = mild !== undefined || (wording.rule.force === 'habit' && row.findings.every(({ oracle }) => oracle === 'script'));
      const { word, said } = found(mild === undefined ? row : { ...row, findings: [mild] }, wording);
      return isHabit ? { outcome: 'habit', word: 'HABIT', said: `${word}  ${said}` } : { outcome: 'broken', word, said };
    }
    default:
      return row.verdict satisfies never;
  }
}

/** It says more than the end of the program that came of it. */
function mildOf({ findings }: CaseRow, { habits = {} }: CheckWording): Found | undefined {
  return findings.find(({ word }) => word !== undefined && Object.hasOwn(habits, word));
}

/** What this check looks for has its own rule; what an oracle found beside it has another. */
function restsOn(row: CaseRow, wording: CheckWording): Pick<CheckWording, 'rule' | 'cure'> {
  const mild = row.verdict === 'fail' ? mildOf(row, wording) : undefined;
  const rule = wording.habits?.[mild?.word ?? ''];
  if (rule) return { ...wording, rule };
  const kind = row.verdict === 'fail' ? kindOf(chosenOf(row, wording)) : undefined;
  // Where its end is what is checked, who is left is the program itself.
  if (kind === 'process' && wording.hangIs !== undefined) return wording;
  return (kind && wording.beside?.[kind]) ?? wording;
}

function whyNot(row: CaseRow): string {
  if (row.reasonKind === 'starved') return `the machine was busy (${withoutKind(row.reason)})`;
  return row.reason ?? 'no verdict';
}

function withoutKind(reason: string | null): string {
  return (reason ?? '').replace(/^(by design|starved): /, '');
}

function found(row: CaseRow, wording: CheckWording): { word: string; said: string } {
  const chosen = chosenOf(row, wording);
  return chosen ? { word: wordOf(chosen, wording), said: ended(withoutRun(saidOf(chosen, wording))) } : { word: 'BROKEN', said: row.title };
}

/** A crash is the cause of the rest. The script's own word outranks an oracle's: it knows what it did. */
function chosenOf({ findings }: CaseRow, { rule }: CheckWording): Found | undefined {
  const crash = findings.find(({ oracle }) => oracle === 'crash');
  const own = findings.find(({ code }) => code === 'TW-CHECK-BROKEN');
  // Beside a habit that is not kept, what breaks a rule is what counts.
  const breach = rule.force === 'habit' ? findings.find(({ oracle }) => oracle !== 'script') : undefined;
  return crash ?? breach ?? own ?? findings[0];
}
