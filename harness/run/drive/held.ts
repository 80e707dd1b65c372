// What nodes hold before the work of a workload, and after it.
import type { HeldMore, Script } from '../../model/scenario.ts';
import { type Sample, sampleAtRest } from './at-rest.ts';
import type { Stage } from './stage.ts';

/** Only what is held for so long after the work is held at rest; a machine with much to do needs time to let go. */
const REST_MS = 5_000;

export function heldOn(stage: Stage): Script['held'] {
  let before: Sample | undefined;
  return async (at, allowed, usual) => {
    const goal = at === 'after' && before ? withAllowed(before, allowed ?? {}, usual ?? {}) : undefined;
    const sample = await sampleAtRest(stage, stage.system.names(), goal, REST_MS);
    if (at === 'before') before = sample;
    for (const [node, { counts, holders }] of sample) {
      const more = at === 'after' && allowed ? { allowed: allowed[node] ?? {}, ...(usual && { usual: usual[node] ?? {} }) } : {};
      stage.recorder.record({ kind: 'observation', observation: { probe: 'held', node, at, counts, holders, ...more } });
    }
  };
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
