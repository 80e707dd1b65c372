// What nodes hold before the work of a workload, and after it.
import type { HeldMore, Script } from '../../model/scenario.ts';
import { addressText, DRIVER } from '../../model/system/link.ts';
import { heldThroughout, isBack, type Sample, sampleAtRest, samplesInTime } from './at-rest.ts';
import type { ResourceSample } from './environment.ts';
import type { Stage } from './stage.ts';

/** Only what is held for so long after the work is held at rest; a machine with much to do needs time to let go. */
const REST_MS = 5_000;
/** What goes by itself may take so long. After that it is held if it is there in each reading. */
const GONE_MS = 1_000;

export function heldOn(stage: Stage): Script['held'] {
  let before: Sample | undefined;
  return async (at, allowed, usual) => {
    const goal = at === 'after' && before ? withAllowed(before, allowed ?? {}, usual ?? {}) : undefined;
    // Plans of older versions do not know what the script has held without faults.
    const withScript = allowed === undefined || usual?.[DRIVER] !== undefined;
    const ofScript = withScript ? heldByScript : undefined;
    const sample = goal
      ? await sampleHeld(stage, goal, ofScript)
      : await sampleAtRest(stage, stage.system.names(), undefined, REST_MS, ofScript);
    if (at === 'before') before = sample;
    for (const [node, { counts, holders }] of sample) {
      const more = at === 'after' && allowed ? { allowed: allowed[node] ?? {}, ...(usual && { usual: usual[node] ?? {} }) } : {};
      stage.recorder.record({ kind: 'observation', observation: { probe: 'held', node, at, counts, holders, ...more } });
    }
  };
}

/** Nothing more than the goal, or what is there until the end. */
async function sampleHeld(stage: Stage, goal: Sample, ofScript: typeof heldByScript | undefined): Promise<Sample> {
  const late: Sample[] = [];
  for await (const { sample, stands, waitedMs } of samplesInTime(stage, stage.system.names(), REST_MS, ofScript)) {
    if (isBack(goal, sample, stands)) return sample;
    if (waitedMs >= GONE_MS) late.push(sample);
  }
  return heldThroughout(late);
}

/**
 * Connections of this process to what the nodes listen on, or to the proxies before that. A node that has not closed them leaks nothing,
 * and neither does one that holds something on their behalf. Unix sockets do not tell whom they lead to: all of this process count as
 * soon as somebody can be dialled by one.
 */
async function heldByScript({ ground, plan: { topology }, environment, recorder }: Stage): Promise<ResourceSample | undefined> {
  const resources = await environment.probes.resources([process.pid]);
  if ('unreadable' in resources) {
    recorder.record({ kind: 'harness', problem: 'probe', detail: `connections of the script: ${resources.unreadable}` });
    return undefined;
  }
  const dialled = [
    ...topology.links.filter(({ from }) => from === DRIVER).map((link) => ground.dial(link)),
    ...topology.nodes.flatMap(({ name, listens }) =>
      Object.entries(listens).flatMap(([listener, { transport }]) => (transport === 'stdio' ? [] : [ground.direct(name, listener)])),
    ),
  ];
  const ends = dialled.map((address) => (address.transport === 'tcp' ? `->${addressText(address)} ` : ': unix '));
  const connections = (resources.holders['fd socket'] ?? []).filter((holder) => ends.some((end) => holder.includes(end)));
  return { counts: { connections: connections.length }, holders: { connections } };
}

function withAllowed(before: Sample, allowed: HeldMore, usual: HeldMore): Sample {
  return new Map(
    [...before].map(([node, { counts, holders }]) => {
      const { [node]: more = {} } = allowed;
      const { [node]: all = {} } = usual;
      const kinds = new Set([...Object.keys(counts), ...Object.keys(more), ...Object.keys(all)]);
      const most = [...kinds].map((kind) => [kind, Math.max((counts[kind] ?? 0) + (more[kind] ?? 0), all[kind] ?? 0)]);
      return [node, { counts: Object.fromEntries(most) as Record<string, number>, holders }];
    }),
  );
}
