// So many kilobytes pass in a second.
import { z } from 'zod';
import { linkFault, notNegative, noWait, TOXIPROXY_CHUNK_BYTES } from '../base/link-fault-type.ts';

export const bandwidth = linkFault({
  schema: z.strictObject({ kind: z.literal('bandwidth'), rateKBps: notNegative }),
  sample: { kind: 'bandwidth', rateKBps: 64 },
  effect: 'none',
  delayMs: noWait,
  heldMs: () => Infinity,
  atSpeed: (fault, clockSpeed) => ({ ...fault, rateKBps: fault.rateKBps * clockSpeed }),
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'setup', canBeFelt: ({ rateKBps }) => TOXIPROXY_CHUNK_BYTES / rateKBps >= 0.5 },
  toxic: ({ rateKBps }) => ({ type: 'bandwidth', attributes: { rate: rateKBps } }),
  hit: { when: 'bytes are kept back for at least half a millisecond', notWhen: 'the rate lets everything pass at once' },
});
