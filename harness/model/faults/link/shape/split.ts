// Bytes go out in slices that the reader sees as reads of their own.
import { z } from 'zod';
import type { Transport } from '../../../system/link.ts';
import { countGiven, type ExactlyOneOf } from '../../../values/one-of.ts';
import { linkFault, notNegative, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

const gap = z.enum(['auto', 'boundary', 'gated', 'paced']);
const size = z.int().min(1);
const given = z.strictObject({
  kind: z.literal('split'),
  /** All slices of this size; or of these sizes, one after the other; or with their ends at these places. */
  every: size.optional(),
  sizes: z.array(size).readonly().optional(),
  offsets: z.array(size).readonly().optional(),
  gap: gap.optional(),
  delayUs: notNegative.optional(),
});

/** How slices are kept apart: by the kernel, by watching the reader's queue, or only by time. */
export type Gap = z.infer<typeof gap>;
export type Split = ExactlyOneOf<z.infer<typeof given>, 'every' | 'sizes' | 'offsets'>;

export const split = linkFault({
  schema: given
    .refine((split) => countGiven(split, ['every', 'sizes', 'offsets']) === 1, 'a split needs one of every, sizes or offsets')
    .transform((split) => split as Split),
  sample: { kind: 'split', every: 1 },
  effect: 'none',
  delayMs: noWait,
  heldMs: ({ delayUs = 0 }) => (delayUs > 0 ? Infinity : 1),
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'its slicer vouches for no boundary: the reader joins the slices again' },
  whyNot: ({ gap }, { transport }) => whyNotGap(gap, transport),
  toxic: ({ kind: _kind, delayUs, ...where }) => ({ type: 'split', attributes: { ...where, delay_us: delayUs } }),
  slices: true,
  hit: {
    when: 'a part was read by itself (`paced`: two parts were written)',
    notWhen: 'its parts come to one slice, as offset 5000 of 237 bytes, or the peer had gone',
  },
});

function whyNotGap(gap: Gap | undefined, transport: Transport): string | undefined {
  if (gap === 'boundary' && transport === 'tcp') return 'the kernel keeps no boundary in a TCP stream (use gap gated)';
  if (transport === 'stdio' && (gap === 'boundary' || gap === 'gated'))
    return 'a pipe lies between the proxy and the reader, so nobody can vouch for its reads (use gap paced)';
  return undefined;
}
