// The link's address stops answering and its connections close: Toxiproxy's `enabled: false`.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { PIPES_ARE_NOT_DIALLED } from '../base/reasons.ts';

export const down = linkFault({
  schema: z.strictObject({ kind: z.literal('down') }),
  sample: { kind: 'down' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'address',
  onStdio: PIPES_ARE_NOT_DIALLED,
  toxiproxy: { hitSeenIn: 'open connections', canBeFelt: () => true },
  toxic: () => 'disable',
  hit: { when: 'connections are open that it closes, one hit each', notWhen: 'none is open' },
});
