// From what was asked for to the list of cases: scenarios x repeats, or defects x their scenarios x repeats.
import type { EngineChoice, RuntimeName } from '../model/case.ts';
import type { NamedScenario } from '../model/scenario.ts';
import { hash32 } from '../model/seed.ts';
import type { Defect } from '../run/patched-source.ts';
import { checkPlan } from '../run/plan.ts';
import type { PlannedCase } from './campaign.ts';
import { defectsOf } from './list.ts';
import { suggestion, UsageError } from './usage-error.ts';

export interface Asked {
  seed: number;
  repeat: number;
  runtime: RuntimeName;
  engine: EngineChoice;
  /** Reported bugs to bring back, by their ids. */
  defects?: 'all' | readonly string[];
  /** 1 when absent. */
  clockSpeed?: number;
}

/** @param all every scenario of the project, for naming a defect's own; @param chosen those that the filter left. */
export async function planCases(all: readonly NamedScenario[], chosen: readonly NamedScenario[], asked: Asked): Promise<PlannedCase[]> {
  const pairs = asked.defects === undefined ? chosen.map((named) => ({ named })) : await withDefects(all, chosen, asked.defects);
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

async function withDefects(
  all: readonly NamedScenario[],
  chosen: readonly NamedScenario[],
  wanted: 'all' | readonly string[],
): Promise<Pair[]> {
  const pairs = await wantedDefects(all, wanted);
  const left = pairs.filter((pair) => chosen.includes(pair.named));
  if (left.length === 0)
    throw new UsageError(
      `the filter leaves out the scenario of defect '${String(wanted)}': ${pairs.map((pair) => pair.named.name).join(', ')}`,
    );
  return left;
}

/** Defects with their own scenarios. @throws UsageError naming an id that no patch has, or a patch whose scenario is not there. */
export async function wantedDefects(
  all: readonly NamedScenario[],
  wanted: 'all' | readonly string[],
): Promise<{ defect: Defect; named: NamedScenario }[]> {
  const defects = await defectsOf(all);
  const ids = defects.map((defect) => defect.id);
  const absent = wanted === 'all' ? undefined : wanted.find((id) => !ids.includes(id));
  if (absent !== undefined) throw new UsageError(`no defect '${absent}'${suggestion(absent, [...ids, 'all'])}`);
  return defects
    .filter((defect) => wanted === 'all' || wanted.includes(defect.id))
    .map((defect) => ({ defect, named: scenarioOf(defect, all) }));
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
      clockSpeed: asked.clockSpeed ?? 1,
      ...(pair.defect && { defect: pair.defect.id }),
    },
    ...(skipped !== undefined && { skipped }),
  };
}
