// A frame is held until so many later ones have overtaken it, or until the lift.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES } from '../base/reasons.ts';

export const hold = linkFault({
  schema: z.strictObject({ kind: z.literal('hold'), frames: z.int().min(1).optional() }),
  sample: { kind: 'hold', frames: 1 },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'whole frames',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  toxic: ({ frames }) => ({ type: 'hold', attributes: { frames } }),
  hit: { when: 'a later frame overtakes it, or time passes while it is held', notWhen: 'it is let go in the turn in which it came' },
});
