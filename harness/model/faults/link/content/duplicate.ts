// A frame or a byte is sent twice.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES, whyNotOneByte } from '../base/reasons.ts';

export const duplicate = linkFault({
  schema: z.strictObject({ kind: z.literal('duplicate') }),
  sample: { kind: 'duplicate' },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'frames or bytes',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  whyNot: (_fault, where) => whyNotOneByte(where),
  toxic: () => ({ type: 'duplicate', attributes: {} }),
  hit: { when: 'the frame has been sent again', notWhen: 'the frame or byte does not come' },
});
