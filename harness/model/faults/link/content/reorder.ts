// The frames of a window leave in another order.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES } from '../base/reasons.ts';

export const reorder = linkFault({
  schema: z.strictObject({ kind: z.literal('reorder'), window: z.int().min(2) }),
  sample: { kind: 'reorder', window: 2 },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'whole frames',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  toxic: ({ window }) => ({ type: 'reorder', attributes: { window } }),
  hit: {
    when: 'the frames have left in another order',
    notWhen: 'fewer came than the window, or frames whose bytes are equal',
  },
});
