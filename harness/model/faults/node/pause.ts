// The node stands still with everything that it started, for so long or until the step is lifted.
import { z } from 'zod';
import { never, node, strikes, timeMs } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('pause'), node, forMs: timeMs.optional() });

export const pause = strikes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: never,
  standstillMs: ({ forMs = 0 }) => forMs,
  atSpeed: (fault, shorter) => ({ ...fault, ...(fault.forMs !== undefined && { forMs: shorter(fault.forMs) }) }),
  needsRunningNode: true,
  needsOwnStart: false,
  startsEndedNode: false,
  async strike({ forMs }, struck) {
    await struck.pause();
    return { forMs, undo: () => struck.resume() };
  },
  examples: { 'pause, for a time or until lifted': { kind: 'pause', node: 'target' } },
});
