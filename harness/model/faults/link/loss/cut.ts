// The connection ends, the same way at both ends.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { PIPES_HAVE_NO_RESET } from '../base/reasons.ts';

const how = z.enum(['fin', 'rst', 'half-close', 'blackhole']);

/** How a cut ends the connection: the same way at both ends. On a Unix socket `rst` is a close with unread data. */
export type CutHow = z.infer<typeof how>;

export const cut = linkFault({
  schema: z.strictObject({ kind: z.literal('cut'), how }),
  sample: { kind: 'cut', how: 'fin' },
  effect: 'ends',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'points',
  onStdio: true,
  toxiproxy: { lacks: 'its limit_data ends a connection in one of three ways by chance (use limit-data if that is wanted)' },
  whyNot: ({ how }, { transport }) => (how === 'rst' && transport === 'stdio' ? PIPES_HAVE_NO_RESET : undefined),
  toxic: ({ how }) => ({ type: 'cut', attributes: { how: how.replace('-', '_') } }),
  hit: {
    when: 'a connection (or a direction) that was open is ended; a black hole: when the first byte or end has fallen into it',
    notWhen: 'the stream ends before the byte, or the peers ended it themselves; a black hole into which nothing falls',
  },
});
