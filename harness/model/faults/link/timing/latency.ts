// Bytes arrive later.
import { z } from 'zod';
import { shorter } from '../../../time/at-speed.ts';
import { linkFault, notNegative } from '../base/link-fault-type.ts';

export const latency = linkFault({
  schema: z.strictObject({ kind: z.literal('latency'), delayMs: notNegative, jitterMs: notNegative.optional() }),
  sample: { kind: 'latency', delayMs: 100, jitterMs: 10 },
  effect: 'none',
  delayMs: ({ delayMs, jitterMs = 0 }) => delayMs + jitterMs,
  heldMs: ({ delayMs, jitterMs = 0 }) => delayMs + jitterMs,
  atSpeed: (fault, clockSpeed) => ({
    ...fault,
    delayMs: shorter(fault.delayMs, clockSpeed),
    ...(fault.jitterMs !== undefined && { jitterMs: shorter(fault.jitterMs, clockSpeed) }),
  }),
  aim: 'connections',
  onStdio: true,
  toxiproxy: { hitSeenIn: 'setup', canBeFelt: ({ delayMs, jitterMs = 0 }) => delayMs + jitterMs >= 1 },
  toxic: ({ delayMs, jitterMs = 0 }) => ({ type: 'latency', attributes: { latency: delayMs, jitter: jitterMs } }),
  hit: { when: 'bytes are kept back for at least half a millisecond', notWhen: 'delay and jitter are 0' },
});
