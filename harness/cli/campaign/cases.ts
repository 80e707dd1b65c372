// From what was asked for to the list of cases: scenarios x repeats, or defects x their scenarios x repeats.
import type { EngineChoice, RuntimeName } from '../../model/case.ts';
import { brokenScenario, type DescribedScenario } from '../../model/described-scenario.ts';
import { hash32 } from '../../model/values/seed.ts';
import type { Defect } from '../../run/patched-source.ts';
import { type PlannedCase, skippedBecause } from './planned-case.ts';
import { defectsOf } from './defects-of.ts';
import { suggestion, UsageError } from '../base/usage-error.ts';
import type { Crew } from '../worker/crew.ts';

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

/** Whether a scenario can run here; only workers can ask the scenario itself. */
export type Availability = (scenarios: readonly DescribedScenario[], runtime: RuntimeName) => Promise<readonly Available[]>;
type Available = Pick<PlannedCase, 'skipped' | 'unplayable'>;

/**
 * @param all every scenario of the project, for naming a defect's own; @param chosen those that the filter left.
 * @throws UsageError when there is nothing but scenarios that do not fit together.
 */
export async function planCases(
  all: readonly DescribedScenario[],
  chosen: readonly DescribedScenario[],
  asked: Asked,
  availability: Availability,
): Promise<PlannedCase[]> {
  const pairs = asked.defects === undefined ? chosen.map((scenario) => ({ scenario })) : await withDefects(all, chosen, asked.defects);
  const scenarios = [...new Set(pairs.map((pair) => pair.scenario))];
  const [mistaken] = scenarios;
  if (mistaken?.mistake !== undefined && scenarios.every(({ mistake }) => mistake !== undefined)) throw new UsageError(mistaken.mistake);
  const answers = await availability(scenarios, asked.runtime);
  const availables = new Map(scenarios.map((scenario, index) => [scenario, answers[index] ?? {}]));
  return repeats(asked).flatMap(({ repeat, seed }) =>
    pairs
      .map((pair) => plannedCase(pair, repeat, seed, asked, availables.get(pair.scenario) ?? {}))
      // What cannot be played says so once.
      .filter((item) => repeat === 1 || item.unplayable === undefined),
  );
}

/** The scenarios are asked in worker processes. */
export function askedBy(crew: Crew): Availability {
  return async (scenarios, runtime) => {
    const asking = scenarios.filter((scenario) => scenario.asksAvailability && scenario.mistake === undefined);
    const answers = await crew.askAll(asking.map(({ name, file }) => ({ do: 'availability', scenario: { name, file }, runtime })));
    return scenarios.map((scenario) => {
      if (scenario.broken !== undefined) return { unplayable: { reason: 'harness', detail: scenario.broken } };
      if (scenario.mistake !== undefined) return { unplayable: { reason: 'mistaken', detail: scenario.mistake } };
      const answer = answers[asking.indexOf(scenario)];
      if (answer?.to === 'availability') return answer.reason === undefined ? {} : { skipped: skippedBecause(answer.reason) };
      if (answer === undefined) return {};
      const why = answer.to === 'died' ? answer.how : answer.to === 'failed' ? answer.why : answer.to;
      return { unplayable: { reason: 'harness', detail: `whether it can run here is not known: ${why}` } };
    });
  };
}

interface Pair {
  scenario: DescribedScenario;
  defect?: Defect;
}

async function withDefects(
  all: readonly DescribedScenario[],
  chosen: readonly DescribedScenario[],
  wanted: 'all' | readonly string[],
): Promise<Pair[]> {
  const pairs = await wantedDefects(all, wanted);
  const left = pairs.filter(({ scenario }) => chosen.includes(scenario) || scenario.broken !== undefined);
  if (left.length === 0)
    throw new UsageError(
      `the filter leaves out the scenario of defect '${String(wanted)}': ${pairs.map(({ scenario }) => scenario.name).join(', ')}`,
    );
  return left;
}

/**
 * Defects with their own scenarios. @throws UsageError naming an id that no patch has, or a patch whose scenario is not there; where
 * files could not be loaded it may be in one of them, and that is the scenario which the defect gets.
 */
export async function wantedDefects(
  all: readonly DescribedScenario[],
  wanted: 'all' | readonly string[],
): Promise<{ defect: Defect; scenario: DescribedScenario }[]> {
  const defects = await defectsOf(all);
  const ids = defects.map((defect) => defect.id);
  const absent = wanted === 'all' ? undefined : wanted.find((id) => !ids.includes(id));
  if (absent !== undefined) throw new UsageError(`no defect '${absent}'${suggestion(absent, [...ids, 'all'])}`);
  return defects
    .filter((defect) => wanted === 'all' || wanted.includes(defect.id))
    .map((defect) => ({ defect, scenario: scenarioOf(defect, all) }));
}

function scenarioOf(defect: Defect, all: readonly DescribedScenario[]): DescribedScenario {
  const title = defect.head['Scenario'] ?? '';
  const found = all.find((scenario) => scenario.title === title);
  if (found) return found;
  const why = `the patch of defect '${defect.id}' names the scenario '${title}', which does not exist`;
  const unread = all.flatMap(({ broken }) => broken ?? []);
  if (unread.length === 0) throw new UsageError(why);
  return brokenScenario(title, '', `${why}, or could not be loaded: ${unread.join('; ')}`);
}

function repeats(asked: Asked): { repeat: number; seed: number }[] {
  return Array.from({ length: asked.repeat }, (_, i) => ({
    repeat: i + 1,
    seed: i === 0 ? asked.seed : hash32(asked.seed, 'repeat', i + 1),
  }));
}

function plannedCase({ scenario, defect }: Pair, repeat: number, seed: number, asked: Asked, available: Available): PlannedCase {
  return {
    scenario,
    repeat,
    expectedOracle: defect?.head['Oracle'] ?? null,
    case: {
      scenario: scenario.name,
      parameters: scenario.parameters,
      seed,
      schedule: scenario.schedule,
      runtime: asked.runtime,
      engine: asked.engine,
      clockSpeed: asked.clockSpeed ?? 1,
      ...(defect && { defect: defect.id }),
    },
    ...available,
  };
}
