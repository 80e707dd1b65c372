// Figures of whole runs, taken from outside: the command is started as a user starts it, and its JSON summary is read.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { noPostgres } from '../cli/queue/testing/private-postgres.ts';
import { commitOf } from '../cli/campaign/maker.ts';
import type { Event } from '../model/judging/history.ts';
import { percent, rateOf } from '../model/values/rate.ts';
import { writeFalseAlarms } from '../results/false-alarms.ts';
import { resultPaths } from '../results/paths.ts';
import type { GateOutcome } from '../results/gate-outcome.ts';
import { isCaught, type CaseRow, type Summary } from '../results/summary.ts';
import { CASES, sweptBy } from './queue/swept-by.ts';
import { atLeast, atMost, median, notMeasured, told, type Row } from './row.ts';
import { startTied } from './base/tied-child.ts';
import { tornwire } from './base/tornwire.ts';

/** Faults and script of this scenario ask for no wait of their own. */
const WITHOUT_WAITS = 'split-packets/upgrade-in-two-segments-is-answered-like-a-whole-one';

export async function oneScenario(): Promise<Row[]> {
  const summary = await tornwire('run', WITHOUT_WAITS, '--repeat', '30', '--jobs', '1');
  const why = notJudged(summary);
  if (why !== undefined) return [notMeasured('one-scenario', why)];
  return [atMost('one-scenario', Math.round(median(summary.cases.map((row) => row.durationMs))), 'ms, median of 30', 400)];
}

export async function packInProcesses(): Promise<Row[]> {
  return [packTime('pack-process', await tornwire('run'), 120)];
}

export async function packInContainers(): Promise<Row[]> {
  return [packTime('pack-container', await tornwire('run', '--runtime', 'container'), 300)];
}

function packTime(name: string, summary: Summary, limit: number): Row {
  const why = notJudged(summary);
  return why === undefined ? atMost(name, summary.durationMs / 1_000, `s, ${described(summary)}`, limit) : notMeasured(name, why);
}

/** Why this run says nothing; a single case that was judged says something. */
function notJudged({ counts, cases, interrupted }: Summary): string | undefined {
  if (interrupted) return 'the run was interrupted';
  if (counts.passed + counts.failed > 0) return undefined;
  return `none of ${cases.length} case(s) was judged: ${cases[0]?.reason ?? 'there was none'}`;
}

export async function cleanRepeats(repeat = 100): Promise<Row[]> {
  const summary = await tornwire('run', '--repeat', String(repeat));
  const { counts, durationMs } = summary;
  const why = notJudged(summary);
  if (why !== undefined) return ['clean-failures', 'clean-unknown'].map((name) => notMeasured(name, why));
  const total = counts.passed + counts.failed + counts.unknown;
  return [
    atMost('clean-failures', counts.failed, `failures in ${total} cases`, 0),
    atMost('clean-unknown', (100 * counts.unknown) / total, `% unknown, ${counts.unknown} of ${total}`, 0.5),
    told('clean-time', durationMs / 60_000, `min, ${counts.skipped} skipped`),
  ];
}

/** Clean programs on a machine with four times as many cases as cores: every failure is the judges' own, and is kept for the gate. */
export async function nullCampaign(repeat = 5): Promise<Row[]> {
  const jobs = availableParallelism() * 4;
  const summary = await tornwire('run', '--repeat', String(repeat), '--jobs', String(jobs));
  const { counts, cases } = summary;
  const why = notJudged(summary);
  if (why !== undefined) return [notMeasured('false-alarms', why)];
  const judged = counts.passed + counts.failed;
  const alarms = rateOf(counts.failed, judged);
  const paths = resultPaths('results');
  const how = `${cases.length} cases, ${jobs} side by side on ${availableParallelism()} cores`;
  await writeFalseAlarms(paths, {
    times: alarms.times,
    of: judged,
    measuredAt: new Date().toISOString(),
    commit: await commitOf('.'),
    how,
  });
  return [
    atMost('false-alarms', counts.failed, `of ${judged} clean cases, at most ${percent(alarms.high)} (95 %), ${jobs} side by side`, 0),
    told('false-alarms-unknown', counts.unknown, `unknown, of ${cases.length}`),
  ];
}

export const defectsInProcesses = (): Promise<Row[]> => defectsCaught('process', 10, 9);
export const defectsInContainers = (): Promise<Row[]> => defectsCaught('container', 3, 2);

/** @param least how many of the repeats must be caught. */
async function defectsCaught(runtime: 'process' | 'container', repeat: number, least: number): Promise<Row[]> {
  const summary = await tornwire('run', '--defect', 'all', '--repeat', String(repeat), '--runtime', runtime);
  const byDefect = Map.groupBy(summary.cases, (row) => row.defect ?? '');
  return [...byDefect].map(([defect, rows]) => {
    const [first] = rows as [CaseRow, ...CaseRow[]];
    const name = `defect-${defect}-${runtime}`;
    if (rows.every((row) => row.verdict === 'skipped')) return notMeasured(name, `skipped: ${first.reason}`);
    return atLeast(name, rows.filter(isCaught).length, `of ${rows.length} by ${first.expectedOracle}`, least);
  });
}

export async function sweepQueue(): Promise<Row[]> {
  const missing = noPostgres();
  if (missing !== undefined) return [notMeasured('sweep-queue', missing)];
  const one = await sweptBy(1);
  const three = await sweptBy(3);
  const { keys } = await sweptBy(3, true);
  return [
    told('sweep-queue-one', one.seconds, `s, ${CASES} cases by one worker`),
    told('sweep-queue-three', three.seconds, `s, ${CASES} cases by three workers`),
    atMost('sweep-queue-lost', CASES - new Set(keys).size, `cases without a result of ${CASES}, one of three workers killed`, 0),
    atMost('sweep-queue-twice', keys.length - new Set(keys).size, 'cases with two results', 0),
    atLeast('sweep-queue', one.seconds / three.seconds, 'times as fast with three workers as with one', 2.2),
  ];
}

/** The gate at its built-in policy. */
export async function gateTime(): Promise<Row[]> {
  const outcome = await tornwire<GateOutcome>('gate');
  if (outcome.outcome === 'harness-error' || outcome.outcome === 'interrupted')
    return [notMeasured('gate', `the gate ended as ${outcome.outcome}`)];
  return [atMost('gate', outcome.durationMs / 60_000, `min, ${outcome.outcome}, ${outcome.notRun} not begun`, 8)];
}

/** From typing `npm start` to the first event of the first case. */
export async function startUp(): Promise<Row[]> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const startedMs = Date.now();
    await finished('npm', ['start', '--', WITHOUT_WAITS]);
    times.push(firstEventMs() - startedMs);
  }
  return [atMost('start-up', Math.round(median(times)), 'ms from npm start to the first case, median of 5', 2_000)];
}

function firstEventMs(): number {
  const summary = JSON.parse(readFileSync(join('results', 'latest', 'summary.json'), 'utf8')) as Summary;
  const [line = '{}'] = readFileSync(join(summary.cases[0]?.folder ?? '', 'history.ndjson'), 'utf8').split('\n');
  return (JSON.parse(line) as Event).wallMs;
}

function described(summary: Summary): string {
  const { passed, failed, unknown, skipped } = summary.counts;
  return `${passed} passed, ${failed} failed, ${unknown} unknown, ${skipped} skipped`;
}

async function finished(command: string, words: readonly string[]): Promise<void> {
  const [code] = (await once(startTied([command, ...words]), 'exit')) as [number | null];
  if (code === null || code >= 126) throw new Error(`${command} ${words.join(' ')} ended with code ${code}`);
}

/** A defect that makes every start wait for 15 s, with clocks that run ten times as fast. */
export async function hangByFasterClocks(): Promise<Row[]> {
  const { cases } = await tornwire('run', '--defect', 'T1', '--clock-speed', '10');
  return clockFigures(cases[0]);
}

/** A case that was not run has no duration that could be below a limit. */
export function clockFigures(row: CaseRow | undefined): Row[] {
  const names = ['clock-speed-t1', 'clock-speed-t1-confirmed'] as const;
  if (!row || row.verdict === 'skipped' || row.verdict === 'unknown')
    return names.map((name) => notMeasured(name, row?.reason ?? 'there is no such case'));
  const { foundAfterMs = row.durationMs, confirmed = false } = row.clock ?? {};
  return [
    atMost(names[0], foundAfterMs / 1_000, 's to the verdict at x10', 4),
    atLeast(names[1], Number(confirmed && isCaught(row)), 'of 1 caught again at speed 1', 1),
  ];
}
