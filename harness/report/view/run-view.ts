// The view of a whole run: every case as a row, those that somebody must look at in full, and what was really tried. Built from
// summary.json and the histories, which are read line by line.
import { basename, join } from 'node:path';
import type { Event } from '../../model/judging/history.ts';
import { earlierRuns, type EarlierRun } from '../../results/earlier-runs.ts';
import { isCaught, type CaseRow, type Summary } from '../../results/summary.ts';
import { compareCases, type CaseComparison } from '../compare/cases.ts';
import { excerptOf, type Excerpt } from '../story/excerpt.ts';
import { proofOf, storyOf, type Story } from '../story/story.ts';
import { needsAttention } from '../terminal.ts';

export interface RunView {
  summary: Summary;
  /** In full, the worst first. */
  cases: readonly CaseView[];
  /** How many more would be in full if there were fewer. */
  more: number;
  firings: readonly Firing[];
  /** Of each scenario, how earlier runs went, the oldest first: `pass 1.2 s`. */
  trends: ReadonlyMap<string, readonly string[]>;
}

export interface CaseView {
  row: CaseRow;
  story: Story;
  excerpt: Excerpt;
  /** A passing case of the same scenario, and where this one parts from it. */
  beside?: Beside;
}

interface Beside {
  /** Which one it is, in words. */
  which: string;
  comparison: CaseComparison;
}

/** How often a fault acted on a link or node in all cases of a scenario, and how often it was armed. */
export interface Firing {
  scenario: string;
  target: string;
  fault: string;
  armed: number;
  fired: number;
}

export interface RunViewBounds {
  casesMax?: number;
  /** Its history is searched for firings: none beyond so many cases. */
  searchedMax?: number;
}

const EARLIER_MAX = 8;
const TREND_MAX = 5;

/**
 * @param folder of the run, absolute
 * @param only a part of a scenario's name, or of the folder of a case: those are shown in full.
 */
export async function runViewOf(
  folder: string,
  summary: Summary,
  only?: string,
  { casesMax = 8, searchedMax = 400 }: RunViewBounds = {},
): Promise<RunView> {
  const chosen = chosenOf(summary.cases, only);
  const shown = chosen.slice(0, casesMax);
  const earlier = await earlierRuns(folder, EARLIER_MAX);
  const firings = new Map<string, Firing>();
  const cases = new Map<CaseRow, CaseView>();
  for (const row of new Set([...shown, ...summary.cases.slice(0, searchedMax)])) {
    if (row.folder === null) {
      if (shown.includes(row)) cases.set(row, withoutHistory(row));
      continue;
    }
    const bounds = shown.includes(row) ? { bulkMax: 5_000 } : { bulkMax: 0, around: 0 };
    const excerpt = await excerptOf(historyIn(folder, row), proofOf(row), bounds);
    count(firings, row, excerpt.events);
    if (!shown.includes(row)) continue;
    const beside = row.verdict === 'pass' ? undefined : await besideOf(row, excerpt, [{ folder, summary }, ...earlier]);
    cases.set(row, { row, story: storyOf(row, excerpt), excerpt, ...(beside && { beside }) });
  }
  return {
    summary,
    cases: shown.flatMap((row) => cases.get(row) ?? []),
    more: chosen.length - shown.length,
    firings: [...firings.values()],
    trends: trendsIn(earlier),
  };
}

function historyIn(folder: string, row: CaseRow): string {
  return join(folder, 'cases', basename(row.folder ?? ''), 'history.ndjson');
}

function withoutHistory(row: CaseRow): CaseView {
  const excerpt = { events: [], leftOut: {}, notes: { events: 0, bytes: 0, torn: false, unreadable: 0 } };
  return { row, story: storyOf(row, excerpt), excerpt };
}

async function besideOf(row: CaseRow, excerpt: Excerpt, runs: readonly EarlierRun[]): Promise<Beside | undefined> {
  for (const { folder, summary } of runs) {
    const passing = summary.cases.find((other) => other.scenario === row.scenario && other.verdict === 'pass' && other.folder !== null);
    if (passing === undefined) continue;
    const { events } = await excerptOf(historyIn(folder, passing), []);
    if (events.length === 0) continue;
    const which = `${folder === runs[0]?.folder ? 'the same run' : `the run of ${summary.startedAt}`}, seed ${passing.seed}`;
    return { which, comparison: compareCases(events, excerpt.events) };
  }
  return undefined;
}

function trendsIn(earlier: readonly EarlierRun[]): Map<string, readonly string[]> {
  const rows = earlier.toReversed().flatMap(({ summary }) => summary.cases);
  const groups = Map.groupBy(rows, ({ scenario, defect }) => `${scenario}${defect === null ? '' : ` + ${defect}`}`);
  return new Map(
    [...groups].map(([name, same]) => [
      name,
      same.slice(-TREND_MAX).map(({ verdict, durationMs }) => `${verdict} ${(durationMs / 1_000).toFixed(1)} s`),
    ]),
  );
}

/** Failures before unknowns before defects that were caught; if nothing went wrong, the passes. */
function chosenOf(rows: readonly CaseRow[], only: string | undefined): CaseRow[] {
  if (only !== undefined) {
    const named = rows.filter(({ scenario, folder }) => scenario.includes(only) || (folder ?? '').endsWith(only));
    if (named.length > 0) return named;
  }
  const rank = (row: CaseRow): number => {
    if (needsAttention(row)) return row.verdict === 'fail' ? 0 : row.verdict === 'unknown' ? 1 : 2;
    return isCaught(row) ? 3 : 9;
  };
  const wrong = rows.filter((row) => rank(row) < 9).toSorted((a, b) => rank(a) - rank(b));
  return wrong.length > 0 ? wrong : rows.filter(({ verdict }) => verdict === 'pass').slice(0, 3);
}

function count(firings: Map<string, Firing>, { scenario }: CaseRow, events: readonly Event[]): void {
  const steps = Map.groupBy(
    events.filter((event) => event.kind === 'fault'),
    ({ step }) => step,
  );
  for (const [, ofStep] of steps) {
    const { target = '', fault = '' } = ofStep[0] ?? {};
    const key = JSON.stringify([scenario, target, fault]);
    const known = firings.get(key) ?? { scenario, target, fault, armed: 0, fired: 0 };
    firings.set(key, { ...known, armed: known.armed + 1, fired: known.fired + ofStep.filter(({ state }) => state === 'fired').length });
  }
}
