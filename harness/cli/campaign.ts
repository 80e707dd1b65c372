// Many cases, one after another or side by side, each saved before the next begins. A verdict that a starved machine
// spoilt is taken again alone, once all others are done; nothing else is ever repeated to get another answer.
import { rename, rm, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Case } from '../model/case.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { junitXml } from '../report/junit.ts';
import { makeFolder, writeWhole } from '../results/atomic-file.ts';
import { resultPaths, runPaths, type ResultPaths, type RunPaths } from '../results/paths.ts';
import { saveRepro, type Maker } from '../results/repro-file.ts';
import { countsOf, rowOf, SUMMARY_VERSION, type CaseRow, type Summary } from '../results/summary.ts';
import type { CaseResult } from '../model/case-result.ts';
import { confirmed } from './confirmed.ts';
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
  /** A case has ended and is saved. */
  onRow: (row: CaseRow, done: number, total: number) => void | Promise<void>;
  /** How often a failing case without a defect is run again at once, to save its rate with it; 0 when absent. */
  replays?: number;
  /** Asked before each case; once it says no, no further one begins. Always yes when absent. */
  mayBegin?: () => boolean;
}

export async function runCampaign(planned: readonly PlannedCase[], settings: CampaignSettings): Promise<Summary> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const paths = resultPaths(settings.project.results);
  const run = runPaths(paths, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`);
  await makeFolder(run.folder);
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
      folder: relative(settings.project.root, run.folder),
      interrupted: signal.aborted,
      counts: countsOf(cases),
      cases,
    };
  };
  // One save after the other: cases that end together must not write over each other's files.
  let saved = Promise.resolve();
  const saveNow = (): Promise<void> => (saved = saved.then(() => save(run, summary())));
  const take = async (index: number, retakenBecause?: string | null): Promise<void> => {
    const item = planned[index] as PlannedCase;
    const taken = await takeCase(item, index, run, paths, settings);
    const row = retakenBecause ? { ...taken, retakenBecause } : taken;
    if (settings.signal.aborted && row.reason?.startsWith('interrupted')) return;
    rows[index] = row;
    await saveNow();
    if (!isStarved(row)) await settings.onRow(row, ++done, planned.length);
  };

  await saveNow();
  await pointLatestAt(paths, run);
  await sideBySide(planned.length, settings, take);
  for (const index of planned.keys()) {
    if (settings.signal.aborted || !rows[index] || !isStarved(rows[index])) continue;
    await take(index, rows[index].reason);
    if (isStarved(rows[index])) await settings.onRow(rows[index], ++done, planned.length);
  }
  await saveNow();
  return summary();
}

async function takeCase(item: PlannedCase, index: number, run: RunPaths, paths: ResultPaths, settings: CampaignSettings): Promise<CaseRow> {
  const replay = replayLine(item);
  if (item.skipped !== undefined) return skippedRow(item, replay);
  const caseFolder = run.caseFolder(index + 1, item.case.scenario, item.case.defect);
  const { result, folder, clock, item: played } = await confirmed(item, caseFolder, settings.run);
  if (result.verdict.outcome === 'unknown' && result.verdict.reason === 'refused')
    return skippedRow({ ...item, skipped: result.verdict.detail }, replay);
  const about: Parameters<typeof rowOf>[1] = { repeat: item.repeat, expectedOracle: item.expectedOracle, repro: null, replay };
  if (clock) about.clock = clock;
  if (result.verdict.outcome === 'fail') {
    const reproduced = await rateOfFailure(played, result, folder, settings);
    const saved = await saveRepro(paths, result, settings.maker, settings.project.root, reproduced);
    about.repro = relative(settings.project.root, saved.file);
    about.replay = saved.command;
    if (settings.replays) about.reproduced = reproduced;
  }
  return { ...rowOf(result, about), folder: relative(settings.project.root, folder) };
}

/** How often the same failure comes back: its rate is a part of the finding and changes nothing about the verdict. */
async function rateOfFailure(
  item: PlannedCase,
  failure: CaseResult,
  folder: string,
  settings: CampaignSettings,
): Promise<{ times: number; of: number }> {
  const rate = { times: 1, of: 1 };
  const replays = item.case.defect === undefined ? (settings.replays ?? 0) : 0;
  for (let i = 1; i <= replays && !settings.signal.aborted; i++) {
    const again = await settings.run(item, join(folder, `replay-${i}`));
    if (again.verdict.outcome === 'unknown') continue;
    rate.of += 1;
    // As `tornwire repro` counts: the same oracle; where in its end a node crashed may differ from run to run.
    if (again.verdict.outcome === 'fail' && again.verdict.oracle === failure.verdict.oracle) rate.times += 1;
  }
  return rate;
}

async function sideBySide(count: number, settings: CampaignSettings, take: (index: number) => Promise<void>): Promise<void> {
  const { jobs, signal, mayBegin = () => true } = settings;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count && !signal.aborted && mayBegin()) await take(next++);
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(jobs, count) }, worker));
  const broken = workers.find((result) => result.status === 'rejected');
  if (broken) throw broken.reason;
}

async function save(run: RunPaths, summary: Summary): Promise<void> {
  await writeWhole(run.summary, `${JSON.stringify(summary, null, 2)}\n`);
  await writeWhole(run.junit, junitXml(summary));
}

/** A reader finds the last run or this one; where links cannot be made, there is just none that is called the latest. */
async function pointLatestAt(paths: ResultPaths, run: RunPaths): Promise<void> {
  const draft = `${paths.latest}.${process.pid}.draft`;
  try {
    await symlink(relative(paths.root, run.folder), draft);
    await rename(draft, paths.latest);
  } catch {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function isStarved(row: CaseRow | undefined): boolean {
  return row?.reason?.startsWith('starved') ?? false;
}

/** The command that runs this case again; quoting is for a POSIX shell. */
export function replayLine(item: PlannedCase): string {
  const { scenario, seed, runtime, engine, defect, clockSpeed } = item.case;
  const words = ['npx', 'tornwire', 'run', scenario, '--runtime', runtime, '--engine', engine, '--seed', String(seed)];
  const faster = clockSpeed === 1 ? [] : ['--clock-speed', String(clockSpeed)];
  return [...words, ...faster, ...(defect === undefined ? [] : ['--defect', defect])].join(' ');
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
