// From a scenario and a case to a plan, or to a refusal with its reason. This code is pure, except that it asks the engines
// and the runtime what they can do.
import { stepProblem, type Case } from '../model/case.ts';
import { scheduleAtSpeed, topologyAtSpeed } from '../model/faults/clock-speed.ts';
import { timeTooLong } from '../model/time/duration.ts';
import type { LinkStep, NodeStep, Step } from '../model/faults/fault.ts';
import { aboutFileFault, type FileStep } from '../model/faults/file-fault.ts';
import { hasWildcard, parseFilePath } from '../model/faults/file-path.ts';
import { aboutNodeFault } from '../model/faults/node-fault.ts';
import { countProblem } from '../model/faults/firings.ts';
import { BY_DESIGN, linkSteps, type NamedScenario } from '../model/scenario.ts';
import type { Plan } from '../model/judging/oracle.ts';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';
import { checkTopology, isSpawned, type Node, nodeNamed, type Topology } from '../model/system/topology.ts';
import type { Link } from '../model/system/link.ts';
import type { DemandingStep, Runtime } from '../runtime/runtime.ts';
import { whyImpossible } from '../network/impossible.ts';
import type { Networks, Routing } from '../network/network.ts';

export interface CasePlan extends Plan {
  routing: Routing;
  proxied: readonly Link[];
}

/** Why a case cannot be played. */
export interface Refusal {
  refused: string;
  /** Nothing that could be installed would change that. */
  byDesign: boolean;
}

/** What a plan asks the runtime. */
type Capable = Pick<Runtime, 'name' | 'refuses' | 'lacks'>;

export async function planCase(named: NamedScenario, given: Case, networks: Networks, runtime: Capable): Promise<CasePlan | Refusal> {
  const { topology, views = [], sides = [] } = named.scenario.system;
  checkPlan(topology, given.schedule);
  for (const { node } of [...views, ...sides]) if (node !== undefined) nodeNamed(topology, node);
  const impossible = refusedByDesign(given, topology, runtime);
  if (impossible !== undefined) return byDesign(impossible);
  const refused = await refusedHere(given, topology, runtime);
  if (refused !== undefined) return { refused, byDesign: false };
  const routed = await networks.route(topology, linkSteps(given.schedule), given.engine);
  if ('refused' in routed) return routed.byDesign ? byDesign(routed.refused) : routed;
  const proxied = topology.links.filter((link) => routed.routing.has(link.name));
  const { clockSpeed } = given;
  return {
    topology: topologyAtSpeed(topology, clockSpeed),
    schedule: scheduleAtSpeed(given.schedule, clockSpeed),
    clockSpeed,
    routing: routed.routing,
    proxied,
  };
}

function byDesign(why: string): Refusal {
  return { refused: `${BY_DESIGN}${why}`, byDesign: true };
}

/** The first that cannot be on this runtime, and why. */
function refusedByDesign(given: Case, topology: Topology, runtime: Capable): string | undefined {
  const moved = given.schedule.find((step) => step.on === 'clock');
  if (moved && given.clockSpeed !== 1)
    return `'${moved.id}' moves a wall clock alone, and at clock speed ${given.clockSpeed} monotonic clocks would jump with it`;
  for (const { name, step } of demandsOf(given, topology)) {
    const reason = runtime.refuses(step);
    if (reason !== undefined) return `${name} is impossible on the ${runtime.name} runtime: ${reason}`;
  }
  return undefined;
}

/** The first for which this machine lacks something, and what. */
async function refusedHere(given: Case, topology: Topology, runtime: Capable): Promise<string | undefined> {
  for (const { name, step } of demandsOf(given, topology)) {
    const reason = await runtime.lacks(step);
    if (reason !== undefined) return `${name} is impossible here: ${reason}`;
  }
  return undefined;
}

/** What a case demands of its runtime, each with its name. */
function demandsOf({ schedule, clockSpeed }: Case, { nodes }: Topology): { name: string; step: DemandingStep }[] {
  const terminals = nodes.flatMap(({ name, tty }) =>
    tty === undefined ? [] : [{ name: `the terminal of node '${name}'`, step: { on: 'terminal' } as const }],
  );
  const steps = schedule.flatMap((step) => (step.on === 'link' ? [] : [{ name: `'${step.id}'`, step }]));
  const all = [...terminals, ...steps];
  return clockSpeed === 1 ? all : [...all, { name: `clock speed ${clockSpeed}`, step: { on: 'clock' } }];
}

export class PlanError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** @throws TopologyError, PlanError naming what is wrong with the scenario itself. */
export function checkPlan(topology: Topology, schedule: readonly Step[]): void {
  checkTopology(topology);
  const ids = new Set<string>();
  for (const step of schedule) {
    if (ids.has(step.id)) throw new PlanError(`two steps are called '${step.id}'; give one an id of its own`);
    ids.add(step.id);
    const problem = timeTooLong(step) ?? stepProblem(step) ?? countProblem(step);
    if (problem !== undefined) throw new PlanError(`step '${step.id}': ${problem}`);
    if (step.on === 'link') checkLinkStep(step, topology);
    else if (step.on === 'node') checkNodeStep(step, nodeNamed(topology, step.fault.node));
    else if (step.on === 'file') checkFileStep(step, nodeNamed(topology, step.node));
    else nodeNamed(topology, step.node);
  }
  checkReactions(schedule);
}

/** What no engine can carry is a mistake. What one engine cannot, another may: that is seen when the case is routed. */
function checkLinkStep(step: LinkStep, topology: Topology): void {
  const impossible = whyImpossible(step, topology);
  if (impossible !== undefined) throw new PlanError(`step '${step.id}' on link '${step.link}' is impossible ${impossible}`);
}

/** A step waits for another one, and nobody waits for himself, also not by way of others. */
function checkReactions(schedule: readonly Step[]): void {
  const byId = new Map(schedule.map((step) => [step.id, step]));
  for (const step of schedule) {
    for (let [at, waits] = [awaited(step), 1]; at !== undefined; [at, waits] = [awaited(byId.get(at)), waits + 1]) {
      if (!byId.has(at)) throw new PlanError(`step '${step.id}' waits for step '${at}', which is not in the schedule`);
      if (waits > schedule.length) throw new PlanError(`step '${step.id}' waits for a step that waits for itself, so it never acts`);
    }
  }
}

function awaited(step: Step | undefined): string | undefined {
  return step?.on === 'node' && step.armAt !== 'start' && 'fired' in step.armAt ? step.armAt.fired : undefined;
}

function checkNodeStep(step: NodeStep, node: Node): void {
  const { by, needsRunningNode, needsOwnStart } = aboutNodeFault(step.fault);
  if (step.armAt === 'start' && needsRunningNode)
    throw new PlanError(`step '${step.id}': no node runs yet at the start; name a mark or a fired step`);
  if (!isSpawned(node)) return;
  if (by === 'strike' && needsOwnStart)
    throw new PlanError(`step '${step.id}': node '${node.name}' is started by whoever dials it, so only that node can start it again`);
  if (needsOwnStart || step.armAt === 'start')
    throw new PlanError(
      `step '${step.id}': node '${node.name}' is started by whoever dials it, who also reads what it prints; break the stdio link, or the node that dials`,
    );
}

function checkFileStep({ id, path, fault, whenLines, match }: FileStep, node: Node): void {
  const wrong = (why: string): PlanError => new PlanError(`step '${id}': ${why}`);
  const place = parseFilePath(path);
  if (!place || (place.base.at === 'listener' && node.listens[place.base.listener]?.transport !== 'unix'))
    throw wrong(`path '${path}' must begin with {state}, {tmp} or the {listen.NAME.path} of a Unix socket of '${node.name}'`);
  const { base, pattern } = place;
  if (pattern.split('/').includes('..')) throw wrong(`path '${path}' leads out of the folder of '${node.name}'`);
  if (!aboutFileFault(fault).isMade) return;
  if (hasWildcard(pattern)) throw wrong(`${fault.kind} is made where nothing is, so path '${path}' can hold no wildcard`);
  if (whenLines !== undefined || match !== undefined) throw wrong(`${fault.kind} waits for no file`);
  if (fault.kind === 'full-disk' && base.at === 'listener') throw wrong('a disk is a folder in {state} or {tmp}');
}
