// Toxiproxy's limit_data: the connection closes after so many bytes. How the ends see it is not promised.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const limitData = linkFault({
  schema: z.strictObject({ kind: z.literal('limit-data'), bytes: z.int().min(0) }),
  sample: { kind: 'limit-data', bytes: 100 },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'metrics', canBeFelt: () => true },
  toxic: ({ bytes }) => ({ type: 'limit_data', attributes: { bytes } }),
  hit: { when: 'the limit is reached and the connection closed', notWhen: 'one byte less passes' },
});
