// From what was asked for to the list of cases: scenarios x repeats, or defects x their scenarios x repeats.
import type { EngineChoice, RuntimeName } from '../model/case.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { hash32 } from '../model/seed.ts';
import { defectsIn, type Defect } from '../run/patched-source.ts';
import { checkPlan } from '../run/plan.ts';
import type { PlannedCase } from './campaign.ts';
import { suggestion, UsageError } from './usage-error.ts';

export interface Asked {
  seed: number;
  repeat: number;
  runtime: RuntimeName;
  engine: EngineChoice;
  defect?: string;
}

/** @param all every scenario of the project, for naming a defect's own; @param chosen those that the filter left. */
export async function planCases(all: readonly NamedScenario[], chosen: readonly NamedScenario[], asked: Asked): Promise<PlannedCase[]> {
  const pairs = asked.defect === undefined ? chosen.map((named) => ({ named })) : await withDefects(all, chosen, asked.defect);
  const unavailable = new Map<NamedScenario, string>();
  for (const named of new Set(pairs.map((pair) => pair.named))) {
    const { scenario } = named;
    checkPlan(scenario.system.topology, scenario.schedule(scenario.parameters));
    const reason = await named.scenario.unavailable?.(asked.runtime);
    if (reason !== undefined) unavailable.set(named, reason);
  }
  return repeats(asked).flatMap(({ repeat, seed }) =>
    pairs.map((pair) => plannedCase(pair, repeat, seed, asked, unavailable.get(pair.named))),
  );
}

interface Pair {
  named: NamedScenario;
  defect?: Defect;
}

async function withDefects(all: readonly NamedScenario[], chosen: readonly NamedScenario[], wanted: string): Promise<Pair[]> {
  const defects = await everyDefect(all);
  const ids = defects.map((defect) => defect.id);
  if (wanted !== 'all' && !ids.includes(wanted)) throw new UsageError(`no defect '${wanted}'${suggestion(wanted, [...ids, 'all'])}`);
  const pairs = defects
    .filter((defect) => wanted === 'all' || defect.id === wanted)
    .map((defect) => ({ defect, named: scenarioOf(defect, all) }));
  const left = pairs.filter((pair) => chosen.includes(pair.named));
  if (left.length === 0)
    throw new UsageError(`the filter leaves out the scenario of defect '${wanted}': ${pairs.map((pair) => pair.named.name).join(', ')}`);
  return left;
}

async function everyDefect(all: readonly NamedScenario[]): Promise<Defect[]> {
  const folders = new Set(all.flatMap((named) => named.scenario.system.source?.defects ?? []));
  const found = await Promise.all([...folders].map(defectsIn));
  return found.flat();
}

function scenarioOf(defect: Defect, all: readonly NamedScenario[]): NamedScenario {
  const title = defect.head['Scenario'] ?? '';
  const found = all.find((named) => named.scenario.title === title);
  if (!found) throw new UsageError(`the patch of defect '${defect.id}' names the scenario '${title}', which does not exist`);
  return found;
}

function repeats(asked: Asked): { repeat: number; seed: number }[] {
  return Array.from({ length: asked.repeat }, (_, i) => ({
    repeat: i + 1,
    seed: i === 0 ? asked.seed : hash32(asked.seed, 'repeat', i + 1),
  }));
}

function plannedCase(pair: Pair, repeat: number, seed: number, asked: Asked, skipped: string | undefined): PlannedCase {
  const { scenario, name } = pair.named;
  return {
    named: pair.named,
    repeat,
    expectedOracle: pair.defect?.head['Oracle'] ?? null,
    case: {
      scenario: name,
      parameters: scenario.parameters,
      seed,
      schedule: scenario.schedule(scenario.parameters),
      runtime: asked.runtime,
      engine: asked.engine,
      clockSpeed: 1,
      ...(pair.defect && { defect: pair.defect.id }),
    },
    ...(skipped !== undefined && { skipped }),
  };
}
