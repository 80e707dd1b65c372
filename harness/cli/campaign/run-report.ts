// The report of a run, for people: one HTML file in its folder. Whatever keeps it from being written changes no verdict.
import { join, relative } from 'node:path';
import { page } from '../../report/html/page.ts';
import { runViewOf } from '../../report/view/run-view.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import { pathsIn } from '../../results/paths.ts';
import type { Summary } from '../../results/summary.ts';
import type { Project } from '../project/project.ts';
import type { ReportWhen } from './report-when.ts';

/** @returns what to say of it. It never throws. */
export async function reportAfter(when: ReportWhen, summary: Summary, project: Project): Promise<string[]> {
  const isWrong = summary.cases.some(({ verdict }) => verdict === 'fail' || verdict === 'unknown');
  if (when === 'never' || (when === 'failures' && !isWrong)) return [];
  try {
    const file = await writeReport(join(project.root, summary.folder), summary);
    return [`report: ${relative(project.root, file)}`];
  } catch (error) {
    return [`the report was not written: ${(error as Error).message}`];
  }
}

/** @returns the file. @throws ResultsError when it cannot be written. */
export async function writeReport(folder: string, summary: Summary, only?: string, file = pathsIn(folder).report): Promise<string> {
  await writeWhole(file, page(await runViewOf(folder, summary, only)));
  return file;
}
