// Which engine carries which link. An engine that cannot carry every step of a link is passed over. If none is left, the
// case is refused with the reason of the engine that was wanted.
import type { EngineChoice } from '../model/case.ts';
import type { LinkStep } from '../model/faults/fault.ts';
import { linkNamed, outsideOf, type Topology, transportOf } from '../model/system/topology.ts';
import type { ToxiproxySource, Where } from './engines/engines.ts';
import type { Place } from '../model/faults/link/base/link-fault-type.ts';
import { faultToToxic } from './fault-to-toxic.ts';
import type { EngineName } from './api/engine.ts';
import type { Networks } from './network.ts';

type Routed = Awaited<ReturnType<Networks['route']>>;

export async function route(
  topology: Topology,
  steps: readonly LinkStep[],
  choice: EngineChoice,
  { where, findOnce }: { where: Where; findOnce: () => Promise<ToxiproxySource> },
): Promise<Routed> {
  const routing = new Map<string, EngineName>();
  for (const step of steps) linkNamed(topology, step.link);
  for (const link of topology.links) {
    const place = { transport: transportOf(topology, link), framing: link.framing };
    if (where === 'container' && place.transport === 'stdio')
      return { refused: `link '${link.name}': stdio links run in the process runtime only`, byDesign: true };
    if (where === 'container' && outsideOf(topology, link))
      return { refused: `link '${link.name}': links to the outside run in the process runtime only`, byDesign: true };
    const onLink = steps.filter((step) => step.link === link.name);
    const refusals: string[] = [];
    const engine = preferred(choice, onLink.length > 0).find((name) => {
      const refusal = whyNot(name, onLink, place);
      if (refusal !== undefined) refusals.push(refusal);
      return refusal === undefined;
    });
    if (engine === undefined) return { refused: `link '${link.name}': ${refusals[0]}`, byDesign: true };
    routing.set(link.name, engine);
  }
  if ([...routing.values()].includes('toxiproxy')) {
    const source = await findOnce();
    if ('missing' in source) return { refused: source.missing, byDesign: false };
  }
  return { routing };
}

/** Toxiproxy is forced only on links that carry steps; it takes the others where it can. */
function preferred(choice: EngineChoice, carriesSteps: boolean): readonly EngineName[] {
  if (choice === 'toxiproxy') return carriesSteps ? ['toxiproxy'] : ['toxiproxy', 'own'];
  return choice === 'own' ? ['own'] : ['own', 'toxiproxy'];
}

function whyNot(engine: EngineName, steps: readonly LinkStep[], place: Place): string | undefined {
  if (engine === 'toxiproxy' && place.transport !== 'tcp') return `Toxiproxy carries TCP only, and this link is ${place.transport}`;
  for (const step of steps) {
    const translation = faultToToxic(engine, step, place);
    if ('refused' in translation) return `step '${step.id}' on ${place.transport} (${place.framing}): ${translation.refused}`;
  }
  return undefined;
}
