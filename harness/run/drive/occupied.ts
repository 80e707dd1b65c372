// What nodes occupy when all are ready, and before any is stopped.
import { linkSteps } from '../../model/scenario.ts';
import type { Stage } from './stage.ts';

/** The kernel keeps the most that each process was, so nothing need be read in between. */
export async function readOccupied(stage: Stage, at: 'boot' | 'end'): Promise<void> {
  const { plan, system, environment, recorder } = stage;
  const links = new Set(linkSteps(plan.schedule).map((step) => step.link));
  const broken = plan.topology.links.filter((link) => links.has(link.name)).flatMap(({ from, to }) => [from, to]);
  for (const { name, growthMaxMB } of plan.topology.nodes) {
    if (growthMaxMB === undefined && !broken.includes(name)) continue;
    const sample = await environment.probes.memory((await system.node(name)?.pids()) ?? [], false);
    if (sample) recorder.record({ kind: 'observation', observation: { probe: 'occupied', node: name, at, ...sample } });
  }
}
