// The proxy reads slowly, so that the sender feels it.
import { z } from 'zod';
import { linkFault, notNegative, noWait } from '../base/link-fault-type.ts';

export const slowReader = linkFault({
  schema: z.strictObject({ kind: z.literal('slow-reader'), rateBps: notNegative }),
  sample: { kind: 'slow-reader', rateBps: 1024 },
  effect: 'none',
  delayMs: noWait,
  heldMs: () => Infinity,
  atSpeed: (fault, clockSpeed) => ({ ...fault, rateBps: fault.rateBps * clockSpeed }),
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'it reads on while it delays, so the sender feels no back-pressure' },
  toxic: ({ rateBps }) => ({ type: 'slow_reader', attributes: { rate: rateBps } }),
  hit: {
    when: 'bytes lie unread at the proxy because it reads slowly',
    notWhen: 'what the peer sends is read at once, or it sends nothing',
  },
});
