// The connection is reset.
import { z } from 'zod';
import { shorter } from '../../../time/at-speed.ts';
import { linkFault, notNegative } from '../base/link-fault-type.ts';
import { PIPES_HAVE_NO_RESET } from '../base/reasons.ts';

export const reset = linkFault({
  schema: z.strictObject({ kind: z.literal('reset'), afterMs: notNegative.optional() }),
  sample: { kind: 'reset', afterMs: 0 },
  effect: 'ends',
  delayMs: ({ afterMs = 0 }) => afterMs,
  heldMs: ({ afterMs = 0 }) => afterMs,
  atSpeed: (fault, clockSpeed) => (fault.afterMs === undefined ? fault : { ...fault, afterMs: shorter(fault.afterMs, clockSpeed) }),
  aim: 'connections',
  onStdio: PIPES_HAVE_NO_RESET,
  toxiproxy: {
    hitSeenIn: 'end',
    canBeFelt: () => true,
    onlyFromStart: 'Toxiproxy resets only connections that open after arming; a live one would see a clean end',
  },
  toxic: ({ afterMs = 0 }) => ({ type: 'reset_peer', attributes: { timeout: afterMs } }),
  hit: { when: 'it loses the first byte, or resets the connection', notWhen: 'there is no connection' },
});
