// A slice ends inside the first character of more than one byte.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const splitUtf8 = linkFault({
  schema: z.strictObject({ kind: z.literal('split-utf8') }),
  sample: { kind: 'split-utf8' },
  effect: 'none',
  delayMs: noWait,
  heldMs: () => 1,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'its slicer knows no characters and vouches for no boundary' },
  toxic: () => ({ type: 'split_utf8', attributes: {} }),
  slices: true,
  hit: { when: 'the first byte of a character was read by itself', notWhen: 'there is no character of more than one byte' },
});
