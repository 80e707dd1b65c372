// What a run or a gate leaves for machines beside summary and JUnit: SARIF where it is asked for, annotations and the summary of the job
// in GitHub Actions.
import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { annotations, runMarkdown } from '../../report/machines/github.ts';
import { runSarif } from '../../report/machines/run-sarif.ts';
import type { ToldCase } from '../../report/machines/told-case.ts';
import { storyFrom } from '../../report/show/story-from.ts';
import { needsAttention } from '../../report/terminal.ts';
import { writeWhole } from '../../results/atomic-file.ts';
import type { CaseRow, Summary } from '../../results/summary.ts';
import { VERSION } from '../base/version.ts';
import type { Project } from '../project/project.ts';

interface ForMachines {
  project: Project;
  scenarios: readonly DescribedScenario[];
  /** The file that was asked for. */
  sarif?: string;
  /** Its stdout is for JSON: annotations go to stderr. */
  json?: boolean;
  /** Of a gate, which has a text of its own: the job's summary is not written here. */
  withoutMarkdown?: true;
}

/** Stories are read of so many cases; of the others the summary has the sentence. */
const STORIES_MAX = 20;

export const inGitHubActions = (): boolean => process.env['GITHUB_ACTIONS'] === 'true';

/** @throws ResultsError when the SARIF file cannot be written. */
export async function tellMachines(summary: Summary, about: ForMachines): Promise<void> {
  const shown = process.env['GITHUB_STEP_SUMMARY'];
  const wantsMarkdown = about.withoutMarkdown !== true && shown !== undefined && shown !== '';
  if (about.sarif === undefined && !inGitHubActions() && !wantsMarkdown) return;
  const told: ToldCase[] = [];
  for (const row of summary.cases.filter(needsAttention)) told.push(await toldCase(row, about, told.length < STORIES_MAX));
  if (about.sarif !== undefined) await writeWhole(about.sarif, `${JSON.stringify(runSarif(told, ALWAYS_ON, VERSION), null, 2)}\n`);
  if (inGitHubActions()) for (const line of annotations(told)) (about.json ? process.stderr : process.stdout).write(`${line}\n`);
  if (wantsMarkdown) await addToJobSummary(shown, runMarkdown(summary, told));
}

/** A CI service that does not take it is no reason for another exit code. */
export async function addToJobSummary(file: string, markdown: string): Promise<void> {
  await appendFile(file, markdown).catch((error: Error) =>
    process.stderr.write(`tornwire: the summary of the CI service: ${error.message}\n`),
  );
}

async function toldCase(row: CaseRow, { project, scenarios }: ForMachines, withStory: boolean): Promise<ToldCase> {
  const history = row.folder === null ? undefined : join(project.root, row.folder, 'history.ndjson');
  const story = withStory && history !== undefined && existsSync(history) ? await storyFrom(row, history) : undefined;
  const scenario = scenarios.find(({ name }) => name === row.scenario);
  const file = scenario ? relative(project.root, scenario.file).split(sep).join('/') : 'package.json';
  return { row, ...(story && { story }), place: { file, line: lineIn(scenario, file, story?.place) } };
}

/** Where the script itself failed, or else where the title stands, which is the beginning of its variant. */
function lineIn(scenario: DescribedScenario | undefined, file: string, place: string | undefined): number {
  const [, of = '', line = ''] = /^(.*?):(\d+)(?::\d+)?$/.exec(place ?? '') ?? [];
  if (of !== '' && (of === file || of.endsWith(`/${file}`))) return Number(line);
  if (!scenario || !existsSync(scenario.file)) return 1;
  return (
    Math.max(
      0,
      readFileSync(scenario.file, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes(scenario.title)),
    ) + 1
  );
}
