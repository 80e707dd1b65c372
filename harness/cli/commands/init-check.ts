// `tornwire init --check`: what is wrong with adapters and scenarios, with file and line. No program is started.
import { EXIT } from '../../model/values/exit-code.ts';
import { mistakesIn } from '../project/mistakes.ts';
import { loadScenarios, projectAt } from '../project/project.ts';
import type { Crew } from '../worker/crew.ts';

export async function initCheck(crew: Crew, json = false): Promise<number> {
  const project = projectAt(process.cwd());
  const scenarios = await loadScenarios(project, crew);
  const mistakes = await mistakesIn(project.root, scenarios);
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, scenarios: scenarios.length, mistakes }, null, 2)}\n`);
    return mistakes.length === 0 ? EXIT.pass : EXIT.usage;
  }
  for (const { place, scenario, what } of mistakes) process.stdout.write(`${place}: ${scenario}: ${what}\n`);
  const wrong = new Set(mistakes.map(({ scenario }) => scenario)).size;
  process.stdout.write(
    wrong === 0 ? `${scenarios.length} scenarios checked, nothing wrong\n` : `${scenarios.length} scenarios checked, ${wrong} wrong\n`,
  );
  return wrong === 0 ? EXIT.pass : EXIT.usage;
}
