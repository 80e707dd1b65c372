// Nothing passes from the trigger on, for a time or until lifted.
import { z } from 'zod';
import { shorter } from '../../../time/at-speed.ts';
import { linkFault, notNegative } from '../base/link-fault-type.ts';

export const stall = linkFault({
  schema: z.strictObject({ kind: z.literal('stall'), forMs: notNegative.optional() }),
  sample: { kind: 'stall', forMs: 500 },
  effect: 'none',
  delayMs: ({ forMs = 0 }) => forMs,
  heldMs: ({ forMs = 0 }) => forMs,
  liftHeals: ({ forMs }) => forMs === undefined,
  atSpeed: (fault, clockSpeed) => (fault.forMs === undefined ? fault : { ...fault, forMs: shorter(fault.forMs, clockSpeed) }),
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'it drops what its timeout toxic holds back; a stall keeps every byte' },
  toxic: ({ forMs }) => ({ type: 'stall', attributes: { for_ms: forMs } }),
  hit: { when: 'it holds a byte, or the end of the stream', notWhen: 'the peer sends nothing' },
});
