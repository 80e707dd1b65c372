// The reported bugs that the scenarios at hand are there for.
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { defectsIn, type Defect } from '../../run/patched-source.ts';

/** Of every system that these scenarios start. */
export async function defectsOf(scenarios: readonly DescribedScenario[]): Promise<Defect[]> {
  const folders = new Set(scenarios.flatMap(({ source }) => source?.defects ?? []));
  return (await Promise.all([...folders].map(defectsIn))).flat();
}
