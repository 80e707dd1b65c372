// Loads scenarios into this very process. This is for Vitest, which has its own worker processes.
import { relative } from 'node:path';
import { brokenScenario, type DescribedScenario } from '../model/described-scenario.ts';
import type { NamedScenario } from '../model/scenario.ts';
import type { Availability } from '../cli/campaign/cases.ts';
import { skippedBecause } from '../cli/campaign/planned-case.ts';
import type { Project } from '../cli/project/project.ts';
import { scenarioFilesIn, type ScenarioFile } from '../cli/base/scenario-files.ts';
import { describeScenario } from '../cli/worker/describe.ts';
import { scenariosIn } from '../cli/worker/module.ts';
import { errorLine } from '../cli/worker/place.ts';

interface LoadedHere {
  described: readonly DescribedScenario[];
  /** By name; none for what could not be loaded. */
  named: ReadonlyMap<string, NamedScenario>;
  availability: Availability;
}

export async function loadHere(project: Project): Promise<LoadedHere> {
  const files = await scenarioFilesIn(project.scenarios);
  const loaded = (await Promise.all(files.map((file) => loadFile(project, file)))).flat();
  const named = new Map(loaded.flatMap((each) => ('scenario' in each ? [[each.name, each] as const] : [])));
  return {
    described: loaded.map((each) => ('scenario' in each ? describeScenario(each, project.root) : each)),
    named,
    availability: (scenarios, runtime) =>
      Promise.all(
        scenarios.map(async ({ name, broken, mistake }) => {
          if (broken !== undefined) return { unplayable: { reason: 'harness', detail: broken } as const };
          if (mistake !== undefined) return { unplayable: { reason: 'mistaken', detail: mistake } as const };
          const reason = await named.get(name)?.scenario.unavailable?.(runtime);
          return reason === undefined ? {} : { skipped: skippedBecause(reason) };
        }),
      ),
  };
}

async function loadFile({ root }: Project, { name, file, refused }: ScenarioFile): Promise<(NamedScenario | DescribedScenario)[]> {
  const why = (reason: string): DescribedScenario[] => [brokenScenario(name, file, `${relative(root, file)} gives no scenario: ${reason}`)];
  if (refused !== undefined) return why(refused);
  return scenariosIn(name, file).catch((error: unknown) => why(errorLine(error, root)));
}
