// What nodes hold at rest. A moment after something has happened they may hold more or less than they will: so they are read
// until two readings agree.
import type { ResourceSample } from './environment.ts';
import type { Stage } from './stage.ts';

export type Sample = ReadonlyMap<string, ResourceSample>;

/** It is read until it stands still, or is no more than before, for `restMs` at most. */
export async function sampleAtRest(stage: Stage, nodes: readonly string[], before: Sample | undefined, restMs: number): Promise<Sample> {
  let sample = await sampleOnce(stage, nodes);
  let stands = false;
  for (let waitedMs = 0, pauseMs = 10; waitedMs < restMs; waitedMs += pauseMs, pauseMs *= 2) {
    if (before ? isBack(before, sample, stands) : stands || waitedMs >= 30) return sample;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const again = await sampleOnce(stage, nodes);
    stands = waitedMs >= 30 && equalSamples(sample, again);
    sample = again;
  }
  return sample;
}

/**
 * It holds what it held before. What is less may be a moment between a loss and its recovery: that must stand, or a leak would
 * seem to fall now and then.
 */
function isBack(before: Sample, sample: Sample, stands: boolean): boolean {
  if (grewBetween(before, sample)) return false;
  return stands || equalSamples(before, sample);
}

async function sampleOnce(stage: Stage, nodes: readonly string[]): Promise<Sample> {
  const { environment, system, recorder } = stage;
  const sample = new Map<string, ResourceSample>();
  // All at once: one look at the machine's processes serves all nodes.
  const pidsOfNodes = await Promise.all(nodes.map(async (name) => [name, await system.node(name)?.pids()] as const));
  for (const [name, pids] of pidsOfNodes) {
    if (!pids) continue;
    const resources = await environment.probes.resources(pids);
    if ('unreadable' in resources)
      recorder.record({ kind: 'harness', problem: 'probe', detail: `resources of '${name}': ${resources.unreadable}` });
    else sample.set(name, resources);
  }
  return sample;
}

export function grewBetween(before: Sample, after: Sample): boolean {
  return [...after].some(([node, { counts }]) => {
    const earlier = before.get(node)?.counts ?? {};
    return Object.entries(counts).some(([kind, count]) => count > (earlier[kind] ?? 0));
  });
}

function equalSamples(a: Sample, b: Sample): boolean {
  return !grewBetween(a, b) && !grewBetween(b, a);
}
