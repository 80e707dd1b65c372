// A frame, or the stream, ends early.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES } from '../base/reasons.ts';

export const truncate = linkFault({
  schema: z.strictObject({ kind: z.literal('truncate'), toBytes: z.int().min(0) }),
  sample: { kind: 'truncate', toBytes: 3 },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'frames or bytes',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  toxic: ({ toBytes }) => ({ type: 'truncate', attributes: { to_bytes: toBytes } }),
  countsWithinFrame: 'to_bytes',
  hit: { when: 'a byte is left out', notWhen: 'the frame is not longer than `toBytes`' },
});
