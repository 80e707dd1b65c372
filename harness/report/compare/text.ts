// What `tornwire compare` prints.
import { percent, rateOf } from '../../model/values/rate.ts';
import type { Changes } from '../../results/gate-outcome.ts';
import type { CaseRow } from '../../results/summary.ts';
import { changeLines } from '../gate-terminal.ts';
import { oneLine } from '../plain.ts';
import type { CaseComparison, Difference, Side } from './cases.ts';

const SHOWN_MAX = 8;
const WIDTH = 160;

export interface NamedCase {
  /** Its folder, seen from here. */
  folder: string;
  row?: Pick<CaseRow, 'verdict' | 'oracle' | 'findings' | 'reason' | 'scenario'>;
}

export function caseComparisonText(a: NamedCase, b: NamedCase, { differences, values }: CaseComparison): string {
  const [first, ...more] = differences;
  const [value] = values;
  return [
    `a: ${caseText(a)}`,
    `b: ${caseText(b)}`,
    '',
    ...(first ? ['what differed first:', ...differenceLines(first)] : ['no difference but of numbers, ids and times']),
    ...(more.length > 0 ? ['', `then ${more.length} more:`, ...more.slice(0, SHOWN_MAX).flatMap(differenceLines)] : []),
    ...(more.length > SHOWN_MAX ? [`  … ${more.length - SHOWN_MAX} more`] : []),
    ...(value ? ['', `other numbers, ids or times in ${values.length} place(s), the first:`, ...differenceLines(value)] : []),
  ].join('\n');
}

function caseText({ folder, row }: NamedCase): string {
  if (!row) return folder;
  const by = row.oracle === null ? '' : ` by ${row.oracle}`;
  const what = row.findings[0]?.message ?? row.reason;
  return `${folder}\n   ${row.scenario}: ${row.verdict}${by}${what === null ? '' : `: ${oneLine(what, WIDTH)}`}`;
}

function differenceLines({ where, same, a, b }: Difference): string[] {
  const before = same === 0 ? '' : ` (after ${same} that were the same)`;
  return [`  ${oneLine(where, WIDTH)}${before}`, `    a: ${sideText(a)}`, `    b: ${sideText(b)}`];
}

function sideText(side: Side | null): string {
  if (side === null) return 'nothing';
  return `${(side.atMs / 1_000).toFixed(3)} s, event ${side.seq}: ${oneLine(side.text, WIDTH)}`;
}

/** How often a case failed in each of two runs, and where one that fails now first parted from one that passed then. */
export interface CaseChange {
  name: string;
  before: Tally;
  after: Tally;
  first?: Difference;
}

export interface Tally {
  failed: number;
  of: number;
}

export function runComparisonText(changes: Changes, cases: readonly CaseChange[]): string {
  return [
    ...changeLines(changes),
    ...cases.flatMap(({ name, before, after, first }) => [
      `${oneLine(name)}: ${tallyText(before)} then, ${tallyText(after)} now`,
      ...(first ? ['  what differed first:', ...differenceLines(first).map((line) => `  ${line}`)] : []),
    ]),
  ].join('\n');
}

function tallyText({ failed, of }: Tally): string {
  if (of === 0) return 'not judged';
  const { low, high } = rateOf(failed, of);
  return `failed ${failed} of ${of}${of > 1 ? ` (${percent(low)} to ${percent(high)})` : ''}`;
}
