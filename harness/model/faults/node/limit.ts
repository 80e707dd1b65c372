// At most so many descriptors for each process; so many processes, with their threads, and so much memory for the whole
// node. It has hit when the limit was reached. Given while the node runs, a limit below what it uses already only keeps
// it from taking more.
import { z } from 'zod';
import { imposes, never, node, noSignal, noTime, same } from './entry.ts';

const schema = z
  .strictObject({
    kind: z.literal('limit'),
    node,
    descriptors: z.int().min(1).optional(),
    processes: z.int().min(1).optional(),
    memoryMiB: z.int().min(6).optional(),
  })
  .refine(({ descriptors, processes, memoryMiB }) => descriptors ?? processes ?? memoryMiB, 'a limit of something');

export interface DescriptorsHold {
  hold: 'descriptors';
  descriptors: number;
}

/** Of all that the node is, together. */
export interface GroupHold {
  hold: 'group';
  processes?: number | undefined;
  memoryMiB?: number | undefined;
}

export const limit = imposes(schema, {
  awaits: (fault) => `'${fault.node}' to reach its limit`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: false,
  needsOwnStart: false,
  from: 'first instruction',
  mayEndBy: noSignal,
  holds: ({ descriptors, processes, memoryMiB }): readonly (DescriptorsHold | GroupHold)[] => [
    ...(descriptors === undefined ? [] : [{ hold: 'descriptors' as const, descriptors }]),
    ...(processes === undefined && memoryMiB === undefined ? [] : [{ hold: 'group' as const, processes, memoryMiB }]),
  ],
  examples: {
    'limit: descriptors': { kind: 'limit', node: 'target', descriptors: 60 },
    'limit: processes': { kind: 'limit', node: 'target', processes: 40 },
    'limit: memory': { kind: 'limit', node: 'target', memoryMiB: 150 },
  },
});
