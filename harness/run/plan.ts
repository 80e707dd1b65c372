// From a scenario and a case to a plan, or a refusal with its reason. Pure but for asking the engines what they can do.
import type { Case } from '../model/case.ts';
import type { NodeStep, Step } from '../model/fault.ts';
import { linkSteps, type NamedScenario } from '../model/scenario.ts';
import type { Plan } from '../model/oracle.ts';
import { checkTopology, isSpawned, linkNamed, type Node, nodeNamed, type Topology } from '../model/topology.ts';
import type { Link } from '../model/link.ts';
import type { Networks, Routing } from '../network/network.ts';

export interface CasePlan extends Plan {
  routing: Routing;
  proxied: readonly Link[];
}

export async function planCase(named: NamedScenario, given: Case, networks: Networks): Promise<CasePlan | { refused: string }> {
  const { topology } = named.scenario.system;
  checkPlan(topology, given.schedule);
  const routed = await networks.route(topology, linkSteps(given.schedule), given.engine);
  if ('refused' in routed) return routed;
  const proxied = topology.links.filter((link) => routed.routing.has(link.name));
  return { topology, schedule: given.schedule, clockSpeed: given.clockSpeed, routing: routed.routing, proxied };
}

class PlanError extends Error {}

/** @throws TopologyError, PlanError naming what is wrong with the scenario itself. */
export function checkPlan(topology: Topology, schedule: readonly Step[]): void {
  checkTopology(topology);
  const ids = new Set<string>();
  for (const step of schedule) {
    if (ids.has(step.id)) throw new PlanError(`two steps are called '${step.id}'; give one an id of its own`);
    ids.add(step.id);
    if (step.on === 'link') linkNamed(topology, step.link);
    else checkNodeStep(step, nodeNamed(topology, step.fault.node));
  }
}

function checkNodeStep(step: NodeStep, node: Node): void {
  if (step.fault.kind === 'restart' && isSpawned(node))
    throw new PlanError(`step '${step.id}': node '${node.name}' is started by whoever dials it, so only that node can start it again`);
}
