// `tornwire list`: the scenarios, and which reported bugs they catch.
import { basename } from 'node:path';
import { defectTable, scenarioCatalogue } from '../../report/catalogue.ts';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { EXIT } from '../../model/values/exit-code.ts';
import type { Defect } from '../../run/patched-source.ts';
import { defectsOf } from '../campaign/defects-of.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import { select } from '../project/select.ts';
import type { Crew } from '../worker/crew.ts';

export interface ListOptions {
  json?: boolean;
  markdown?: 'scenarios' | 'defects';
}

export async function list(filters: readonly string[], options: ListOptions, crew: Crew): Promise<number> {
  const project = projectAt(process.cwd());
  const found = select(await loadScenarios(project, crew), filters);
  const chosen = found.filter(({ broken }) => broken === undefined);
  for (const { broken } of found) if (broken !== undefined) process.stderr.write(`tornwire: ${broken}\n`);
  const defects = await defectsOf(chosen);
  if (options.markdown) process.stdout.write(catalogue(options.markdown, chosen, defects));
  else if (options.json) process.stdout.write(`${JSON.stringify(rows(chosen, defects), null, 2)}\n`);
  else for (const row of rows(chosen, defects)) process.stdout.write(`${row.name}\n    ${row.title}\n${footer(row)}`);
  return chosen.length === found.length ? EXIT.pass : EXIT.harness;
}

export function catalogue(what: 'scenarios' | 'defects', scenarios: readonly DescribedScenario[], defects: readonly Defect[]): string {
  const named = defects.map((defect) => ({ ...defect, file: basename(defect.file) }));
  return what === 'scenarios' ? scenarioCatalogue(scenarios, named) : defectTable(scenarios, named);
}

interface Row {
  name: string;
  title: string;
  tags: readonly string[];
  defects: readonly string[];
}

function rows(scenarios: readonly DescribedScenario[], defects: readonly Defect[]): Row[] {
  return scenarios.map(({ name, title, tags }) => ({
    name,
    title,
    tags,
    defects: defects.filter((defect) => defect.head['Scenario'] === title).map((defect) => defect.id),
  }));
}

function footer(row: Row): string {
  const parts = [row.tags.map((tag) => `@${tag}`).join(' '), row.defects.length > 0 ? `catches ${row.defects.join(' ')}` : ''].filter(
    (part) => part !== '',
  );
  return parts.length > 0 ? `    ${parts.join('  ')}\n` : '';
}
