// What no engine can do to a link, wherever the case is played. It is a mistake of whoever wrote the step, while what one engine
// alone cannot do may be left to another.
import type { LinkStep } from '../model/faults/fault.ts';
import { linkNamed, type Topology, transportOf } from '../model/system/topology.ts';
import type { EngineName } from './api/engine.ts';
import { faultToToxic } from './fault-to-toxic.ts';

/** In the order in which they are wanted: the reason of the first one is told. */
const ENGINES: readonly EngineName[] = ['own', 'toxiproxy'];

/** Why no engine carries the step, or undefined when one does. @throws TopologyError when its link is not there. */
export function whyImpossible(step: LinkStep, topology: Topology): string | undefined {
  const link = linkNamed(topology, step.link);
  const place = { transport: transportOf(topology, link), framing: link.framing };
  const refusals = ENGINES.flatMap((engine) => {
    const translation = faultToToxic(engine, step, place);
    return 'refused' in translation ? [translation.refused] : [];
  });
  return refusals.length < ENGINES.length ? undefined : `on ${place.transport} (${place.framing}): ${refusals[0]}`;
}
