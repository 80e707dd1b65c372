// The catalogue of a project's scenarios and the table of its reported bugs, as Markdown. Both are made from the scenarios
// and the patches themselves. `tornwire list --markdown` prints them, and a test keeps the files current (tornwire/vitest).
import type { DescribedScenario } from '../model/described-scenario.ts';
import type { Step } from '../model/faults/fault.ts';

export interface CataloguedDefect {
  id: string;
  /** The name of its patch file. */
  file: string;
  head: Readonly<Record<string, string>>;
}

export function scenarioCatalogue(scenarios: readonly DescribedScenario[], defects: readonly CataloguedDefect[]): string {
  const folders = [...Map.groupBy(scenarios, ({ name }) => name.slice(0, Math.max(0, name.lastIndexOf('/'))))];
  return [
    '# Scenarios',
    '',
    '<!-- Generated from the scenarios by `tornwire list --markdown scenarios`. -->',
    '',
    `${scenarios.length} scenarios, by what breaks. \`npx tornwire run <name>\` runs one; names are paths without their endings.`,
    '',
    ...folders.flatMap(([folder, group]) => [`## ${folder}`, '', ...group.flatMap((named) => entry(named, defects))]),
  ].join('\n');
}

export function defectTable(scenarios: readonly DescribedScenario[], defects: readonly CataloguedDefect[]): string {
  return [
    '# Reported bugs',
    '',
    '<!-- Generated from the patches by `tornwire list --markdown defects`. -->',
    '',
    `${defects.length} patches, each of which brings one reported bug back: \`npx tornwire run --defect <id>\` succeeds when its oracle catches it.`,
    '',
    '| id | reported | seen from outside | oracle | scenario |',
    '|---|---|---|---|---|',
    ...defects.map(({ id, file, head }) => {
      const scenario = scenarios.find(({ title }) => title === head['Scenario']);
      const cells = [`[${id}](${file})`, head['Reported'], head['Seen'], head['Oracle'], scenario?.name ?? head['Scenario']];
      return `| ${cells.map((cell) => (cell ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
    }),
    '',
  ].join('\n');
}

function entry({ name, title, tags, expectation, schedule }: DescribedScenario, defects: readonly CataloguedDefect[]): string[] {
  const caught = defects.filter((defect) => defect.head['Scenario'] === title).map((defect) => defect.id);
  const faults = [...new Set(schedule.map(inWords))];
  return [
    `### ${title}`,
    '',
    `\`${name}\`${tags.map((tag) => ` @${tag}`).join('')}${caught.length > 0 ? ` catches ${caught.join(', ')}` : ''}`,
    '',
    `Expected: ${expectation}.${faults.length > 0 ? ` Broken: ${faults.join(', ')}.` : ''}`,
    '',
  ];
}

/** `cut bridge->desktop downstream`, `kill bridge`. */
function inWords(step: Step): string {
  return step.on === 'link' ? `${step.fault.kind} ${step.link} ${step.direction}` : step.id;
}
