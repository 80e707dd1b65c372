// `tornwire list`: what there is to run.
import { defectsIn } from '../run/patched-source.ts';
import { loadScenarios, projectAt, select } from './project.ts';

export async function list(filter: string | undefined, options: { json?: boolean }): Promise<number> {
  const project = projectAt(process.cwd());
  const chosen = select(await loadScenarios(project), filter);
  const folders = new Set(chosen.flatMap(({ scenario }) => scenario.system.source?.defects ?? []));
  const defects = (await Promise.all([...folders].map(defectsIn))).flat();
  const rows = chosen.map(({ name, scenario }) => ({
    name,
    title: scenario.title,
    tags: scenario.tags,
    defects: defects.filter((defect) => defect.head['Scenario'] === scenario.title).map((defect) => defect.id),
  }));
  if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else for (const row of rows) process.stdout.write(`${row.name}\n    ${row.title}\n${footer(row)}`);
  return 0;
}

function footer(row: { tags: readonly string[]; defects: readonly string[] }): string {
  const parts = [row.tags.map((tag) => `@${tag}`).join(' '), row.defects.length > 0 ? `catches ${row.defects.join(' ')}` : ''].filter(
    (part) => part !== '',
  );
  return parts.length > 0 ? `    ${parts.join('  ')}\n` : '';
}
