// Nothing passes and the connection closes after so long; 0 never closes.
import { z } from 'zod';
import { shorter } from '../../../time/at-speed.ts';
import { linkFault, notNegative } from '../base/link-fault-type.ts';

export const timeout = linkFault({
  schema: z.strictObject({ kind: z.literal('timeout'), afterMs: notNegative }),
  sample: { kind: 'timeout', afterMs: 300 },
  effect: 'ends',
  delayMs: ({ afterMs }) => afterMs,
  heldMs: ({ afterMs }) => afterMs,
  liftHeals: ({ afterMs }) => afterMs === 0,
  atSpeed: (fault, clockSpeed) => ({ ...fault, afterMs: shorter(fault.afterMs, clockSpeed) }),
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'setup', canBeFelt: () => true },
  toxic: ({ afterMs }) => ({ type: 'timeout', attributes: { timeout: afterMs } }),
  hit: {
    when: 'it swallows a byte or an end, or closes the connection when its time is over',
    notWhen: 'nothing is sent before its time is over; that the lift closes the connection is no hit',
  },
});
