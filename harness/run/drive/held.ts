// What nodes hold before the work of a workload, and after it.
import type { HeldMore, Script } from '../../model/scenario.ts';
import { type Sample, sampleAtRest } from './at-rest.ts';
import type { Stage } from './stage.ts';

/** Only what is held for so long after the work is held at rest; a machine with much to do needs time to let go. */
const REST_MS = 5_000;

export function heldOn(stage: Stage): Script['held'] {
  let before: Sample | undefined;
  return async (at, allowed) => {
    const goal = at === 'after' && before ? withAllowed(before, allowed ?? {}) : undefined;
    const sample = await sampleAtRest(stage, stage.system.names(), goal, REST_MS);
    if (at === 'before') before = sample;
    for (const [node, { counts, holders }] of sample) {
      const more = at === 'after' && allowed ? { allowed: allowed[node] ?? {} } : {};
      stage.recorder.record({ kind: 'observation', observation: { probe: 'held', node, at, counts, holders, ...more } });
    }
  };
}

function withAllowed(before: Sample, allowed: HeldMore): Sample {
  return new Map(
    [...before].map(([node, { counts, holders }]) => {
      const more = Object.entries(allowed[node] ?? {});
      return [node, { counts: { ...counts, ...Object.fromEntries(more.map(([kind, by]) => [kind, (counts[kind] ?? 0) + by])) }, holders }];
    }),
  );
}
