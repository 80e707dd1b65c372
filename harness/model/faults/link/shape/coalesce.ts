// Several frames or reads leave in one write.
import { z } from 'zod';
import { linkFault, notNegative, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const coalesce = linkFault({
  schema: z.strictObject({
    kind: z.literal('coalesce'),
    untilBytes: z.int().min(1).optional(),
    frames: z.int().min(1).optional(),
    withinMs: notNegative,
  }),
  sample: { kind: 'coalesce', untilBytes: 256, withinMs: 100 },
  effect: 'none',
  delayMs: ({ withinMs }) => withinMs,
  heldMs: ({ withinMs }) => withinMs,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'it has no toxic that joins writes' },
  whyNot: ({ untilBytes, frames }, { framing }) => {
    if (framing === 'raw' && frames !== undefined) return 'a raw link has no frames to join: use untilBytes, or name its framing';
    return untilBytes === undefined && frames === undefined ? 'a coalesce needs untilBytes or frames' : undefined;
  },
  toxic: ({ untilBytes, frames, withinMs }) => ({ type: 'coalesce', attributes: { until_bytes: untilBytes, frames, within_ms: withinMs } }),
  hit: { when: 'two frames or two reads, or pieces of them, left in one write', notWhen: 'one came alone: it was only late' },
});
