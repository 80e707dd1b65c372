// The runs before one, the newest first: for trends, and for a passing case to hold a failing one against.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathsIn } from './paths.ts';
import type { Summary } from './summary.ts';

export interface EarlierRun {
  /** Absolute. */
  folder: string;
  summary: Summary;
}

/** A larger summary is of a campaign that no trend needs. In bytes. */
const SUMMARY_MAX = 8 * 1_024 * 1_024;

/** What cannot be read is passed over. @param folder of a run, beside which the others lie */
export async function earlierRuns(folder: string, max: number): Promise<EarlierRun[]> {
  const runs = dirname(folder);
  const names = (await readdir(runs).catch(() => [])).filter((name) => name < basename(folder)).toSorted();
  const read = await Promise.all(names.slice(-max).map((name) => summaryIn(join(runs, name))));
  return read.flatMap((run) => run ?? []).toReversed();
}

async function summaryIn(folder: string): Promise<EarlierRun | undefined> {
  try {
    const file = pathsIn(folder).summary;
    if ((await stat(file)).size > SUMMARY_MAX) return undefined;
    const summary = JSON.parse(await readFile(file, 'utf8')) as Partial<Summary> | null;
    return Array.isArray(summary?.cases) ? { folder, summary: summary as Summary } : undefined;
  } catch {
    return undefined;
  }
}
