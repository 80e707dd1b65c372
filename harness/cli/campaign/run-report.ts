// The report of a run, for people: one HTML file in its folder. Whatever keeps it from being written changes no verdict.
import { join, relative } from 'node:path';
import { junitXml } from '../../report/junit.ts';
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
    const folder = join(project.root, summary.folder);
    const report = relative(project.root, await writeReport(folder, summary));
    // From here on there is something to attach.
    const attached = await writeWhole(pathsIn(folder).junit, junitXml(summary, { report })).then(
      () => [],
      (error: Error) => [`junit.xml does not name the report: ${error.message}`],
    );
    return [`report: ${report}`, ...attached];
  } catch (error) {
    return [`the report was not written: ${(error as Error).message}`];
  }
}

/** @returns the file. @throws ResultsError when it cannot be written. */
export async function writeReport(folder: string, summary: Summary, only?: string, file = pathsIn(folder).report): Promise<string> {
  await writeWhole(file, page(await runViewOf(folder, summary, only)));
  return file;
}
