// Faults that nothing can carry: no engine on this link, or no runtime. What one runtime refuses and another one takes is no mistake.
import { USER_RUNTIMES, type RuntimeName } from '../../model/case.ts';
import type { Step } from '../../model/faults/fault.ts';
import { linkSteps } from '../../model/scenario.ts';
import type { Topology } from '../../model/system/topology.ts';
import { route } from '../../network/route.ts';
import { RUNTIMES } from '../../runtime/registry/runtimes.ts';

/** One line, with the reason of each runtime that differs; nothing when one of them can. */
export async function impossibleFaults(topology: Topology, schedule: readonly Step[]): Promise<string[]> {
  const reasons = await Promise.all(USER_RUNTIMES.map((name) => refusalBy(name, topology, schedule)));
  return reasons.includes(undefined) ? [] : [[...new Set(reasons)].join('; ')];
}

async function refusalBy(name: RuntimeName, topology: Topology, schedule: readonly Step[]): Promise<string | undefined> {
  const { helpers, refuses } = RUNTIMES[name]();
  for (const step of schedule) {
    const reason = step.on === 'link' ? undefined : refuses(step);
    if (reason !== undefined) return `step '${step.id}' is impossible on the ${name} runtime: ${reason}`;
  }
  // Whether Toxiproxy is there does not matter: what it can carry does.
  const findOnce = () => Promise.resolve({ binary: 'toxiproxy-server', version: '0' });
  const routed = await route(topology, linkSteps(schedule), 'auto', { where: helpers, findOnce });
  return 'refused' in routed ? routed.refused : undefined;
}
