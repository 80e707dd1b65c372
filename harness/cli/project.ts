// Where the user's project is: the nearest folder upwards that holds scenarios/. Scenario files are found by name,
// loaded as modules, and called by their path without the ending. A file may hold one scenario in several variants:
// each is called by that path and its own key.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NamedScenario, Scenario } from '../model/scenario.ts';
import { checkModuleType } from './module-type.ts';
import { suggestion, UsageError } from './usage-error.ts';

const ENDING = '.scenario.ts';

export interface Project {
  root: string;
  scenarios: string;
  results: string;
}

export function projectAt(cwd: string): Project {
  for (let at = cwd; ; at = dirname(at)) {
    const scenarios = join(at, 'scenarios');
    if (existsSync(scenarios)) return { root: at, scenarios, results: join(at, 'results') };
    if (at === dirname(at)) throw new UsageError(`no scenarios/ folder here or above ${cwd}: run tornwire inside your project`);
  }
}

export async function loadScenarios(project: Project): Promise<NamedScenario[]> {
  checkModuleType(project.scenarios);
  const entries = await readdir(project.scenarios, { recursive: true });
  const files = entries.filter((entry) => entry.endsWith(ENDING)).sort();
  return (await Promise.all(files.map((file) => load(project, join(project.scenarios, file))))).flat();
}

/** By name, part of a name or title, or `@tag`; every scenario without a filter. @throws UsageError when nothing matches. */
export function select(scenarios: readonly NamedScenario[], filter: string | undefined): NamedScenario[] {
  if (filter === undefined) return [...scenarios];
  const exact = scenarios.filter(({ name, scenario }) => name === filter || scenario.title === filter);
  if (exact.length > 0) return exact;
  const matches = scenarios.filter(({ name, scenario }) =>
    filter.startsWith('@') ? scenario.tags.includes(filter.slice(1)) : name.includes(filter) || scenario.title.includes(filter),
  );
  if (matches.length > 0) return matches;
  const valid = filter.startsWith('@') ? tagsOf(scenarios) : scenarios.map((named) => named.name);
  throw new UsageError(`no scenario matches '${filter}'${suggestion(filter, valid)}`);
}

async function load(project: Project, file: string): Promise<NamedScenario[]> {
  const name = relative(project.scenarios, file).slice(0, -ENDING.length);
  const { default: exported } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  if (isScenario(exported)) return [{ name, file, scenario: exported }];
  const variants = Object.entries(exported ?? {}).flatMap(([key, scenario]) =>
    isScenario(scenario) ? [{ name: `${name}/${key}`, file, scenario }] : [],
  );
  if (variants.length === 0)
    throw new UsageError(`${relative(project.root, file)} does not export a scenario by default, nor an object of its variants`);
  return variants;
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Scenario>).title === 'string';
}

function tagsOf(scenarios: readonly NamedScenario[]): string[] {
  return [...new Set(scenarios.flatMap(({ scenario }) => scenario.tags.map((tag) => `@${tag}`)))].sort();
}
