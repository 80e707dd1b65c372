// One end's socket is closed (by default the one towards the listening node). The other end learns nothing until the lift.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const halfOpen = linkFault({
  schema: z.strictObject({ kind: z.literal('half-open'), gone: z.enum(['client', 'upstream']).optional() }),
  sample: { kind: 'half-open' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  liftHeals: () => true,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: 'a pipe whose other end has gone says so at once, so it is never half-open',
  toxiproxy: { lacks: 'it closes both ends of a connection together' },
  toxic: ({ gone }) => ({ type: 'half_open', attributes: { gone } }),
  hit: { when: 'the side that is gone was open until then', notWhen: 'the byte is never reached' },
});
