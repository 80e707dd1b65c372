// A frame or a byte is left out.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES, whyNotOneByte } from '../base/reasons.ts';

export const drop = linkFault({
  schema: z.strictObject({ kind: z.literal('drop') }),
  sample: { kind: 'drop' },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'frames or bytes',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  whyNot: (_fault, where) => whyNotOneByte(where),
  toxic: () => ({ type: 'drop', attributes: {} }),
  hit: { when: 'the first byte is left out', notWhen: 'the frame or byte does not come' },
});
