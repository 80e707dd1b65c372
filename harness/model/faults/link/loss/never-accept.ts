// A connection is left alone: nobody accepts it.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { PIPES_ARE_NOT_DIALLED } from '../base/reasons.ts';

export const neverAccept = linkFault({
  schema: z.strictObject({ kind: z.literal('never-accept') }),
  sample: { kind: 'never-accept' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  liftHeals: () => true,
  atSpeed: sameAtAnySpeed,
  aim: 'counted connections',
  onStdio: PIPES_ARE_NOT_DIALLED,
  toxiproxy: { lacks: 'it accepts every connection at once' },
  toxic: () => ({ type: 'never_accept', attributes: {} }),
  hit: { when: 'a connection is left alone, so that its upstream is not dialled', notWhen: 'nobody dials' },
});
