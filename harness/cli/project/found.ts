// What a person names on the command line: a run or a case that lies in the results. A folder of results from elsewhere, such as an
// artifact of a CI service, is found without any project around it.
import { existsSync, realpathSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { needsAttention } from '../../report/terminal.ts';
import { pathsIn } from '../../results/paths.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import { projectAt, type Project } from './project.ts';

export interface FoundRun {
  /** Absolute. */
  folder: string;
  summary: Summary;
}

export interface FoundCase {
  /** Absolute; its history is in it. */
  folder: string;
  history: string;
  /** Of a case that has ended, and whose run's summary is there. */
  row?: CaseRow;
  run?: FoundRun;
}

/** The project around this folder, or this folder itself where there is none. */
export function placeOfResults(cwd = process.cwd()): Project {
  try {
    return projectAt(cwd);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { root: cwd, scenarios: join(cwd, 'scenarios'), results: join(cwd, 'results') };
  }
}

/** By its folder, its summary.json, its name under results/runs/, or `latest`. @throws UsageError for a file that is no summary. */
export async function findRun({ results }: Project, word: string): Promise<FoundRun | undefined> {
  const roots = [resolve(word), join(results, word), join(results, 'runs', word)];
  const file = roots.flatMap((root) => [root, pathsIn(root).summary]).find((each) => each.endsWith('.json') && existsSync(each));
  if (file === undefined) return undefined;
  const value: unknown = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (!Array.isArray((value as Summary | undefined)?.cases)) throw new UsageError(`${file} is no summary of a run`);
  return { folder: dirname(realpathSync(file)), summary: value as Summary };
}

/**
 * By its folder or history, its folder's name or number in the latest run, the file of its repro, or a part of its scenario's name. Without
 * a word it is the first of the latest run that somebody must look at. @throws UsageError when there is none.
 */
export async function findCase(project: Project, word?: string): Promise<FoundCase> {
  const found = (word !== undefined && (await caseAt(project, word))) || (await caseOfLatest(project, word));
  if (!existsSync(found.history)) throw new UsageError(`no history in ${found.folder}: the case left none`);
  return found;
}

async function caseAt({ results }: Project, word: string): Promise<FoundCase | undefined> {
  const roots = [resolve(word), join(results, word), join(results, 'latest', 'cases', word)];
  const folder = roots.map((root) => (basename(root) === HISTORY ? dirname(root) : root)).find((root) => existsSync(join(root, HISTORY)));
  if (folder === undefined) return word.endsWith('.json') ? await caseOfRepro(results, resolve(word)) : undefined;
  const real = realpathSync(folder);
  const run = await findRun({ results, root: '', scenarios: '' }, dirname(dirname(real))).catch(() => undefined);
  const row = run?.summary.cases.find((each) => each.folder !== null && basename(each.folder) === basename(real));
  return { folder: real, history: join(real, HISTORY), ...(run && { run }), ...(row && { row }) };
}

/** The newest run that saved this file. */
async function caseOfRepro(results: string, file: string): Promise<FoundCase | undefined> {
  // The repro of a case with a defect lies beside its history.
  const beside = join(dirname(file), HISTORY);
  if (existsSync(beside)) return caseAt({ results, root: '', scenarios: '' }, beside);
  const runs = await readdir(join(results, 'runs')).catch(() => []);
  for (const name of runs.toSorted().toReversed()) {
    const run = await findRun({ results, root: '', scenarios: '' }, name).catch(() => undefined);
    const row = run?.summary.cases.find((each) => each.repro !== null && basename(each.repro) === basename(file));
    if (run && row) return caseOf(run, row);
  }
  return undefined;
}

async function caseOfLatest(project: Project, word: string | undefined): Promise<FoundCase> {
  const run = await findRun(project, 'latest');
  if (!run) throw new UsageError(`no ${word === undefined ? 'run' : `case '${word}'`} in ${project.results}: run something first`);
  const played = run.summary.cases.filter((row) => row.folder !== null);
  if (word === undefined) {
    const row = played.find(needsAttention);
    if (!row) throw new UsageError('nothing failed in the latest run: name a case by its scenario or folder');
    return caseOf(run, row);
  }
  const named = played.filter((row) => row.scenario === word || basename(row.folder ?? '').startsWith(`${word.padStart(4, '0')}-`));
  const near = named.length > 0 ? named : played.filter((row) => row.scenario.includes(word));
  const row = near.find(needsAttention) ?? near[0];
  const names = played.map(({ scenario }) => scenario);
  if (!row) throw new UsageError(`no case '${word}' in the latest run${suggestion(word, names)}`);
  return caseOf(run, row);
}

function caseOf(run: FoundRun, row: CaseRow): FoundCase {
  const folder = join(run.folder, 'cases', basename(row.folder ?? ''));
  return { folder, history: join(folder, HISTORY), row, run };
}

const HISTORY = 'history.ndjson';

/** A path as a person here would write it. */
export function seenFromHere(path: string): string {
  return relative(process.cwd(), path) || '.';
}
