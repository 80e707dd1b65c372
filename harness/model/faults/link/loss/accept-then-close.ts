// A connection is accepted and closed at once.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { PIPES_ARE_NOT_DIALLED } from '../base/reasons.ts';

export const acceptThenClose = linkFault({
  schema: z.strictObject({ kind: z.literal('accept-then-close') }),
  sample: { kind: 'accept-then-close' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'counted connections',
  onStdio: PIPES_ARE_NOT_DIALLED,
  toxiproxy: { lacks: 'it has no toxic that acts on accepting' },
  toxic: () => ({ type: 'accept_close', attributes: {} }),
  hit: { when: 'a connection is accepted and closed', notWhen: 'nobody dials' },
});
