// `tornwire compare <a> <b>`: two cases, or two runs: what differed first, and what is new, fixed or flaky.
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { changesBetween, nameOf } from '../../../gate/changes.ts';
import type { Event } from '../../../model/judging/history.ts';
import { EXIT } from '../../../model/values/exit-code.ts';
import { compareCases, type CaseComparison } from '../../../report/compare/cases.ts';
import { caseComparisonText, runComparisonText, type CaseChange, type NamedCase, type Tally } from '../../../report/compare/text.ts';
import { readHistory } from '../../../results/history-reader.ts';
import type { CaseRow } from '../../../results/summary.ts';
import { UsageError } from '../../base/usage-error.ts';
import { findCase, findRun, placeOfResults, seenFromHere, type FoundCase, type FoundRun } from '../../project/found.ts';

/** @returns 0 when nothing differs, 1 when something does: for runs, when something is wrong that was not wrong then. */
export async function compare(a: string, b: string, options: { json?: boolean }): Promise<number> {
  const place = placeOfResults();
  const runs = await Promise.all([findRun(place, a), findRun(place, b)]);
  if (runs[0] && runs[1]) return await compareRuns(runs[0], runs[1], a, options.json === true);
  if (runs[0] ?? runs[1])
    throw new UsageError(`'${runs[0] ? a : b}' is a run, '${runs[0] ? b : a}' is none: compare two runs or two cases`);
  const cases = await Promise.all([findCase(place, a), findCase(place, b)]);
  return await compareTwoCases(...cases, options.json === true);
}

async function compareTwoCases(a: FoundCase, b: FoundCase, json: boolean): Promise<number> {
  const compared = await comparisonOf(a.history, b.history);
  const [left, right] = [named(a), named(b)];
  if (json) print(JSON.stringify({ version: 1, a: left, b: right, ...compared }, null, 2));
  else print(caseComparisonText(left, right, compared));
  return compared.differences.length === 0 ? EXIT.pass : EXIT.fail;
}

function named({ folder, row }: FoundCase): NamedCase {
  return { folder: seenFromHere(folder), ...(row && { row }) };
}

async function comparisonOf(a: string, b: string): Promise<CaseComparison> {
  return compareCases(await eventsIn(a), await eventsIn(b));
}

/** Of a longer history only the beginning is compared, and that is said. */
const EVENTS_MAX = 300_000;

async function eventsIn(file: string): Promise<Event[]> {
  const events: Event[] = [];
  const notes = await readHistory(file, (event) => {
    if (events.length < EVENTS_MAX) events.push(event);
  });
  const gaps = [
    ...(notes.problem === undefined ? [] : [`it could not be read: ${notes.problem}`]),
    ...(notes.torn ? ['it ends in the middle of a line'] : []),
    ...(notes.unreadable > 0 ? [`${notes.unreadable} line(s) are no event`] : []),
    ...(notes.events > EVENTS_MAX ? [`only its first ${EVENTS_MAX} events are compared`] : []),
  ];
  for (const gap of gaps) process.stderr.write(`tornwire: ${seenFromHere(file)}: ${gap}\n`);
  return events;
}

async function compareRuns(before: FoundRun, now: FoundRun, since: string, json: boolean): Promise<number> {
  const changes = changesBetween(since, before.summary.cases, now.summary.cases);
  const names = [...new Set([...changes.new, ...changes.fixed, ...changes.flaky])];
  const cases: CaseChange[] = [];
  for (const name of names) cases.push(await changeOf(name, before, now));
  if (json) print(JSON.stringify({ version: 1, ...changes, cases }, null, 2));
  else print(runComparisonText(changes, cases));
  return changes.new.length === 0 ? EXIT.pass : EXIT.fail;
}

async function changeOf(name: string, before: FoundRun, now: FoundRun): Promise<CaseChange> {
  const [then, since] = [before, now].map(({ summary }) => summary.cases.filter((row) => nameOf(row) === name)) as [CaseRow[], CaseRow[]];
  const passed = historyIn(before, then, 'pass') ?? historyIn(now, since, 'pass');
  const failed = historyIn(now, since, 'fail') ?? historyIn(before, then, 'fail');
  const first = passed !== undefined && failed !== undefined ? (await comparisonOf(passed, failed)).differences[0] : undefined;
  return { name, before: tally(then), after: tally(since), ...(first && { first }) };
}

function historyIn(run: FoundRun, rows: readonly CaseRow[], verdict: CaseRow['verdict']): string | undefined {
  const files = rows
    .filter((row) => row.verdict === verdict && row.folder !== null)
    .map((row) => join(run.folder, 'cases', basename(row.folder ?? ''), 'history.ndjson'));
  return files.find((file) => existsSync(file));
}

function tally(rows: readonly CaseRow[]): Tally {
  const decided = rows.filter((row) => row.verdict === 'pass' || row.verdict === 'fail');
  return { failed: decided.filter((row) => row.verdict === 'fail').length, of: decided.length };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
