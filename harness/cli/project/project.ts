// Where the user's project is: the nearest folder upwards that holds scenarios/. Worker processes describe its scenario
// files, because the process that counts cases never loads one. A file may hold several variants of a scenario. Each is
// called by the file's path without the ending and its own key.
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { brokenScenario, type DescribedScenario } from '../../model/described-scenario.ts';
import { docPage } from '../../model/values/doc-page.ts';
import { checkModuleType } from './module-type.ts';
import { type FileKind, scenarioFilesIn, type ScenarioFile } from '../base/scenario-files.ts';
import { NothingToRunError, UsageError } from '../base/usage-error.ts';
import type { Crew } from '../worker/crew.ts';

/** How they are written. */
const PAGES: Readonly<Record<FileKind, () => string>> = {
  scenario: () => docPage('tutorials/first-red-scenario.md'),
  workload: () => docPage('how-to/sweep.md'),
};

export interface Project {
  root: string;
  scenarios: string;
  results: string;
}

export function projectAt(cwd: string): Project {
  for (let at = cwd; ; at = dirname(at)) {
    const scenarios = join(at, 'scenarios');
    if (existsSync(scenarios)) return { root: at, scenarios, results: join(at, 'results') };
    if (at === dirname(at))
      throw new UsageError(`no scenarios/ folder here or above ${cwd}: run tornwire inside your project, or begin one: npx tornwire init`);
  }
}

/**
 * Every scenario of the project; a file that gives none is among them as what it is. @throws NothingToRunError without any file,
 * UsageError when two scenarios come to one name.
 */
export async function loadScenarios(
  project: Project,
  crew: Crew,
  kinds: readonly [FileKind, ...FileKind[]] = ['scenario'],
): Promise<DescribedScenario[]> {
  const files = await scenarioFilesIn(project.scenarios, kinds);
  const [kind] = kinds;
  if (files.length === 0)
    throw new NothingToRunError(
      `no ${kind} in ${project.scenarios}: ${kind} files end in .${kind}.ts, .mts, .js or .mjs (${PAGES[kind]()})`,
    );
  const loadable = files.filter((file) => file.refused === undefined);
  checkModuleType(loadable.map(({ file }) => file));
  const answers = await crew.askAll(loadable.map(({ file }) => ({ do: 'describe', file })));
  const byFile = new Map(loadable.map(({ file }, index) => [file, answers[index]]));
  const scenarios = files.flatMap((each) => described(project, each, byFile.get(each.file)));
  refuseEqualNames(project, scenarios);
  return scenarios;
}

function described(
  project: Project,
  { name, file, refused }: ScenarioFile,
  answer: Awaited<ReturnType<Crew['askAll']>>[number] | undefined,
) {
  if (answer?.to === 'describe') return answer.scenarios;
  const why =
    refused ?? (answer?.to === 'died' ? `the process that loaded it is gone: ${answer.how}` : answer?.to === 'failed' ? answer.why : '');
  return [brokenScenario(name, file, `${relative(project.root, file)} gives no scenario: ${why}`)];
}

function refuseEqualNames(project: Project, scenarios: readonly DescribedScenario[]): void {
  for (const [name, same] of Map.groupBy(scenarios, (scenario) => scenario.name)) {
    const [first, second] = same.map(({ file }) => relative(project.root, file));
    if (second !== undefined) throw new UsageError(`two scenarios are called '${name}': ${first} and ${second}; rename one of the files`);
  }
}
