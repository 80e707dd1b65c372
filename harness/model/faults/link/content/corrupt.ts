// Bytes are altered by a mask.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const corrupt = linkFault({
  schema: z.strictObject({
    kind: z.literal('corrupt'),
    offset: z.int().min(0),
    mask: z.int().min(1).max(255),
    length: z.int().min(1).optional(),
  }),
  sample: { kind: 'corrupt', offset: 2, mask: 1 },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'it never alters a byte' },
  toxic: ({ offset, mask, length }) => ({ type: 'corrupt', attributes: { offset, mask, length } }),
  countsWithinFrame: 'offset',
  hit: { when: 'a byte is altered', notWhen: 'the frame or stream ends before the offset' },
});
