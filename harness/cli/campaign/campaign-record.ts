// The record of a campaign on the disk. Summary and JUnit report name every planned case from the start, and are written
// anew after each case. So a run that dies says itself that it is not finished.
import { rename, rm, symlink } from 'node:fs/promises';
import { relative } from 'node:path';
import type { KnownFlaw } from '../../model/judging/known-flaw.ts';
import { junitXml } from '../../report/junit.ts';
import { makeFolder, writeWhole } from '../../results/atomic-file.ts';
import { resultPaths, runPaths, type ResultPaths, type RunPaths } from '../../results/paths.ts';
import type { Maker } from '../../results/repro-file.ts';
import { countsOf, SUMMARY_VERSION, type CaseRow, type PendingCase, type Summary } from '../../results/summary.ts';
import { noteOn } from './known-flaws.ts';
import type { PlannedCase } from './planned-case.ts';
import type { Project } from '../project/project.ts';

export interface CampaignRecord {
  readonly run: RunPaths;
  readonly paths: ResultPaths;
  readonly rows: readonly (CaseRow | undefined)[];
  /** On the disk when it resolves. @throws ResultsError */
  set(index: number, row: CaseRow): Promise<void>;
  /** No case is going to be added. */
  finish(): Promise<Summary>;
}

interface RecordSettings {
  project: Project;
  seed: number;
  maker: Maker;
  signal: AbortSignal;
  flaws?: readonly KnownFlaw[];
}

/** @throws ResultsError when nothing can be written: no case begins then. */
export async function openRecord(planned: readonly PlannedCase[], settings: RecordSettings): Promise<CampaignRecord> {
  const startedAt = new Date();
  const startedMs = performance.now();
  const { project, maker, seed, signal } = settings;
  const paths = resultPaths(project.results);
  const run = runPaths(paths, `${startedAt.toISOString().replaceAll(/[:.]/g, '-')}-${process.pid}`);
  const rows: (CaseRow | undefined)[] = planned.map(() => undefined);
  let over = false;

  const summary = (): Summary => {
    const cases = rows.filter((row) => row !== undefined);
    const knownFlaws = noteOn(settings.flaws ?? [], cases);
    return {
      version: SUMMARY_VERSION,
      tornwire: maker.tornwire,
      startedAt: startedAt.toISOString(),
      durationMs: Math.round(performance.now() - startedMs),
      seed,
      folder: relative(project.root, run.folder),
      interrupted: signal.aborted,
      planned: planned.length,
      finished: over && cases.length === planned.length,
      counts: countsOf(cases),
      cases,
      ...(knownFlaws && { knownFlaws }),
      pending: planned.flatMap((item, index) => (rows[index] ? [] : [pendingCase(item)])),
    };
  };
  // One save after the other: cases that end together must not write over each other's files.
  let saved = Promise.resolve();
  const saveNow = (): Promise<void> => (saved = saved.then(() => save(run, summary())));

  await makeFolder(run.folder);
  await saveNow();
  await pointLatestAt(paths, run);
  return {
    run,
    paths,
    rows,
    set(index, row) {
      rows[index] = row;
      return saveNow();
    },
    async finish() {
      over = true;
      await saveNow();
      return summary();
    },
  };
}

function pendingCase({ scenario, case: { seed, runtime, engine, defect }, repeat }: PlannedCase): PendingCase {
  return { scenario: scenario.name, title: scenario.title, defect: defect ?? null, runtime, engine, seed, repeat };
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
