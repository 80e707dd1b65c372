// The end of the stream arrives later than its bytes.
import { z } from 'zod';
import { shorter } from '../../../time/at-speed.ts';
import { linkFault, notNegative } from '../base/link-fault-type.ts';

export const slowClose = linkFault({
  schema: z.strictObject({ kind: z.literal('slow-close'), delayMs: notNegative }),
  sample: { kind: 'slow-close', delayMs: 200 },
  effect: 'none',
  delayMs: ({ delayMs }) => delayMs,
  heldMs: ({ delayMs }) => delayMs,
  atSpeed: (fault, clockSpeed) => ({ ...fault, delayMs: shorter(fault.delayMs, clockSpeed) }),
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'end', canBeFelt: ({ delayMs }) => delayMs >= 1 },
  toxic: ({ delayMs }) => ({ type: 'slow_close', attributes: { delay: delayMs } }),
  hit: { when: 'it holds the end of the stream', notWhen: 'the stream does not end, or the delay is 0' },
});
