// The address refuses connections.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { PIPES_ARE_NOT_DIALLED } from '../base/reasons.ts';

export const refuse = linkFault({
  schema: z.strictObject({ kind: z.literal('refuse') }),
  sample: { kind: 'refuse' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'connections',
  onStdio: PIPES_ARE_NOT_DIALLED,
  toxiproxy: { lacks: 'it refuses only all connections at once (use down)' },
  toxic: () => ({ type: 'refuse', attributes: {} }),
  hit: {
    when: 'the address stops accepting. The one exception: a refused dial is seen by nobody, so one is not asked for',
    notWhen: 'the connection from which on it refuses is not the next one',
  },
});
