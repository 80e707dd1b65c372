// A line that nobody sent is put in.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';

export const strayLine = linkFault({
  schema: z.strictObject({ kind: z.literal('stray-line'), line: z.string() }),
  sample: { kind: 'stray-line', line: 'warning: a line that does not belong here' },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'it never adds a byte' },
  toxic: ({ line }) => ({ type: 'stray_line', attributes: { line } }),
  hit: { when: 'the line has been put in', notWhen: 'the frame does not come, or the stream has ended' },
});
