// A message arrives shorter, in a frame that is whole.
import { z } from 'zod';
import { linkFault, noWait, sameAtAnySpeed } from '../base/link-fault-type.ts';
import { NO_FRAMES } from '../base/reasons.ts';

export const truncateMessage = linkFault({
  schema: z.strictObject({ kind: z.literal('truncate-message'), toBytes: z.int().min(0) }),
  sample: { kind: 'truncate-message', toBytes: 3 },
  effect: 'alters',
  delayMs: noWait,
  heldMs: noWait,
  atSpeed: sameAtAnySpeed,
  aim: 'whole frames',
  onStdio: true,
  toxiproxy: { lacks: NO_FRAMES },
  whyNot: (_fault, { framing }) =>
    framing === 'http'
      ? 'it shortens WebSocket messages and lines; the length of an HTTP body stands in its head (use truncate)'
      : undefined,
  toxic: ({ toBytes }) => ({ type: 'truncate_message', attributes: { to_bytes: toBytes } }),
  hit: {
    when: 'a text or binary message, or a line, has lost a byte of its content; a character is never parted',
    notWhen: 'the content is not longer than `toBytes`; heads, control frames and messages in fragments pass',
  },
});
