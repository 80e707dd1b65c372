// Many cases, one after another or side by side, each saved before the next begins. A verdict that a starved machine
// spoilt is taken again alone, once all others are done; nothing else is ever repeated to get another answer.
import { mkdir, rm, symlink } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Case } from '../model/case.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { junitXml } from '../report/junit.ts';
import { writeWhole } from '../results/atomic-file.ts';
import { resultPaths, runPaths, type ResultPaths, type RunPaths } from '../results/paths.ts';
import { saveRepro, type Maker } from '../results/repro-file.ts';
import { countsOf, rowOf, SUMMARY_VERSION, type CaseRow, type Summary } from '../results/summary.ts';
import type { CaseResult } from '../run/environment.ts';
import type { Project } from './project.ts';

export interface PlannedCase {
  named: NamedScenario;
  case: Case;
  repeat: number;
  /** The oracle that the defect's patch names. */
  expectedOracle: string | null;
  skipped?: string;
}

export interface CampaignSettings {
  project: Project;
  seed: number;
  jobs: number;
  maker: Maker;
  signal: AbortSignal;
  run: (planned: PlannedCase, folder: string) => Promise<CaseResult>;
  onRow: (row: CaseRow, done: number, total: number) => void;
}

export async function runCampaign(planned: readonly PlannedCase[], settings: CampaignSettings): Promise<Summary> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const paths = resultPaths(settings.project.results);
  const run = runPaths(paths, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`);
  await mkdir(run.folder, { recursive: true });
  const rows: (CaseRow | undefined)[] = [];
  let done = 0;

  const summary = (): Summary => {
    const cases = rows.filter((row) => row !== undefined);
    const durationMs = Math.round(performance.now() - startedMs);
    const { tornwire } = settings.maker;
    const { seed, signal } = settings;
    return {
      version: SUMMARY_VERSION,
      tornwire,
      startedAt: startedAt.toISOString(),
      durationMs,
      seed,
      interrupted: signal.aborted,
      counts: countsOf(cases),
      cases,
    };
  };
  // One save after the other: cases that end together must not write over each other's files.
  let saved = Promise.resolve();
  const saveNow = (): Promise<void> => (saved = saved.then(() => save(run, summary())));
  const take = async (index: number): Promise<void> => {
    const item = planned[index] as PlannedCase;
    const row = await takeCase(item, index, run, paths, settings);
    if (settings.signal.aborted && row.reason?.startsWith('interrupted')) return;
    rows[index] = row;
    await saveNow();
    if (!isStarved(row)) settings.onRow(row, ++done, planned.length);
  };

  await saveNow();
  await pointLatestAt(paths, run);
  await sideBySide(planned.length, settings.jobs, settings.signal, take);
  for (const index of planned.keys()) {
    if (settings.signal.aborted || !rows[index] || !isStarved(rows[index])) continue;
    await take(index);
    if (isStarved(rows[index])) settings.onRow(rows[index], ++done, planned.length);
  }
  await saveNow();
  return summary();
}

async function takeCase(item: PlannedCase, index: number, run: RunPaths, paths: ResultPaths, settings: CampaignSettings): Promise<CaseRow> {
  const replay = replayLine(item);
  if (item.skipped !== undefined) return skippedRow(item, replay);
  const folder = run.caseFolder(index + 1, item.case.scenario, item.case.defect);
  const result = await settings.run(item, folder);
  if (result.verdict.outcome === 'unknown' && result.verdict.reason === 'refused')
    return skippedRow({ ...item, skipped: result.verdict.detail }, replay);
  const about = { repeat: item.repeat, expectedOracle: item.expectedOracle, repro: null as string | null, replay };
  if (result.verdict.outcome === 'fail') {
    const saved = await saveRepro(paths, result, settings.maker, settings.project.root);
    about.repro = relative(settings.project.root, saved.file);
    about.replay = saved.command;
  }
  return { ...rowOf(result, about), folder: relative(settings.project.root, folder) };
}

async function sideBySide(count: number, jobs: number, signal: AbortSignal, take: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && !signal.aborted) await take(next++);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(jobs, count) }, worker));
  const broken = workers.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
}

async function save(run: RunPaths, summary: Summary): Promise<void> {
  await writeWhole(run.summary, `${JSON.stringify(summary, null, 2)}\n`);
  await writeWhole(run.junit, junitXml(summary));
}

async function pointLatestAt(paths: ResultPaths, run: RunPaths): Promise<void> {
  await rm(paths.latest, { force: true, recursive: true });
  await symlink(relative(paths.root, run.folder), paths.latest).catch(() => undefined);
}

function isStarved(row: CaseRow | undefined): boolean {
  return row?.reason?.startsWith('starved') ?? false;
}

/** The command that runs this case again; quoting is for a POSIX shell. */
export function replayLine(item: PlannedCase): string {
  const { scenario, seed, runtime, engine, defect } = item.case;
  const words = ['npx', 'tornwire', 'run', scenario, '--runtime', runtime, '--engine', engine, '--seed', String(seed)];
  return [...words, ...(defect === undefined ? [] : ['--defect', defect])].join(' ');
}

function skippedRow(item: PlannedCase, replay: string): CaseRow {
  const { scenario, seed, runtime, engine, defect } = item.case;
  return {
    scenario,
    title: item.named.scenario.title,
    defect: defect ?? null,
    expectedOracle: item.expectedOracle,
    runtime,
    engine,
    engines: [],
    seed,
    repeat: item.repeat,
    verdict: 'skipped',
    oracle: null,
    reason: item.skipped ?? null,
    findings: [],
    fingerprint: null,
    durationMs: 0,
    driveMs: 0,
    folder: null,
    repro: null,
    replay,
  };
}
