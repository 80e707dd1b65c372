// Makes the description of a scenario without its code, in the process that has loaded it.
import { relative } from 'node:path';
import { milliseconds } from '../../model/time/duration.ts';
import { brokenScenario, type DescribedScenario } from '../../model/described-scenario.ts';
import type { NamedScenario, Scenario } from '../../model/scenario.ts';
import { acceptProblem } from '../../model/judging/known-flaw.ts';
import { ALWAYS_ON } from '../../oracles/table.ts';
import { checkExpected } from '../../run/expected.ts';
import { checkPlan } from '../../run/plan.ts';

/** Boot, rest and stop of whatever system, and the probes between them. */
const AROUND_MS = 60_000;

/** @param root of the project: a mistake is told with the scenario's file, as seen from there */
export function describeScenario({ name, file, scenario }: NamedScenario, root: string): DescribedScenario {
  const lacking = lacksOf(scenario);
  if (lacking.length > 0)
    return brokenScenario(name, file, `it is no scenario, for it has no ${lacking.join(', no ')}: make it with defineScenario`);
  const { title, expectation, tags, parameters, system, unavailable } = scenario;
  const schedule = scenario.schedule(parameters);
  const mistake = mistakeIn(scenario, schedule);
  return {
    name,
    file,
    title,
    expectation,
    tags,
    parameters,
    schedule,
    topology: system.topology,
    ...(system.source && { source: { folder: system.source.folder, defects: system.source.defects } }),
    asksAvailability: unavailable !== undefined,
    ...(scenario.accept && { accept: scenario.accept }),
    ...(scenario.alone === true && { alone: true as const }),
    ...(scenario.expect !== undefined && { expect: scenario.expect }),
    boundMs: boundOf(scenario),
    ...(scenario.check && { check: scenario.check }),
    ...(scenario.workload && { operations: scenario.workload.operations }),
    ...(scenario.workload?.resets && { resets: true as const }),
    ...(mistake !== undefined && { mistake: `${relative(root, file)}: ${mistake}` }),
  };
}

function lacksOf(scenario: Partial<Scenario>): string[] {
  const { system, schedule, script, tags } = scenario;
  const has: [string, boolean][] = [
    ['system', Array.isArray(system?.topology?.nodes) && Array.isArray(system.topology.links)],
    ['script', typeof script === 'function'],
    ['schedule', typeof schedule === 'function'],
    ['tags', Array.isArray(tags)],
  ];
  return has.filter(([, there]) => !there).map(([part]) => part);
}

function mistakeIn(scenario: Scenario, schedule: ReturnType<Scenario['schedule']>): string | undefined {
  try {
    checkPlan(scenario.system.topology, schedule);
    checkExpected(scenario.expect, [...ALWAYS_ON, ...scenario.oracles]);
    return scenario.accept && acceptProblem(scenario.accept);
  } catch (error) {
    return (error as Error).message;
  }
}

function boundOf({ within, restWithin, system }: Scenario): number {
  const nodesMs = system.topology.nodes.map(({ readyWithinMs, stopWithinMs }) => 2 * (readyWithinMs + stopWithinMs));
  // Views that do not agree are read for as long again.
  return milliseconds(within) + 2 * milliseconds(restWithin) + nodesMs.reduce((sum, ms) => sum + ms, AROUND_MS);
}
