// Nobody reads what the node prints, from the moment it is ready, so the pipe fills. The fault has hit when the kernel
// would not take another byte from the node.
import { z } from 'zod';
import { imposes, never, node, noSignal, noTime, same } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('unread'), node, stream: z.enum(['stdout', 'stderr']) });

export interface UnreadHold {
  hold: 'unread';
  stream: 'stdout' | 'stderr';
}

export const unread = imposes(schema, {
  awaits: (fault) => `a write of '${fault.node}' to its ${fault.stream} that blocks`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: false,
  needsOwnStart: true,
  // Its output is read until it is ready: how else would anybody know.
  from: 'ready',
  mayEndBy: noSignal,
  holds: ({ stream }): readonly UnreadHold[] => [{ hold: 'unread', stream }],
  examples: {
    'unread: stdout': { kind: 'unread', node: 'target', stream: 'stdout' },
    'unread: stderr': { kind: 'unread', node: 'target', stream: 'stderr' },
  },
});
