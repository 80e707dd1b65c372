// The sender has gone right behind a byte or a frame, and waits for nothing.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { whyNotOneByte } from '../base/reasons.ts';

export const goneAfterSending = linkFault({
  schema: z.strictObject({ kind: z.literal('gone-after-sending') }),
  sample: { kind: 'gone-after-sending' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: 'each stream of a child is a pipe of one direction, so that its writer is gone is its end (use a cut with fin)',
  toxiproxy: { lacks: 'it closes a connection only after a time or a count of bytes that its reader may have answered' },
  whyNot: (_fault, where) => whyNotOneByte(where),
  toxic: () => ({ type: 'gone_after_sending', attributes: {} }),
  hit: {
    when: 'the bytes before the point and the close were handed to the reader together',
    notWhen: 'the stream ends before the point, or the reader has closed',
  },
});
