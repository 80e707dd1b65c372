// The node is killed, or told to end, and started again at the same addresses.
import { z } from 'zod';
import { never, node, noTime, same, strikes } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('restart'), node, signal: z.enum(['SIGKILL', 'SIGTERM']).optional() });

export const restart = strikes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: true,
  startsEndedNode: true,
  async strike({ signal = 'SIGKILL' }, struck) {
    await struck.end(signal === 'SIGTERM' ? 'stop' : signal);
    await struck.start();
  },
  examples: { restart: { kind: 'restart', node: 'target' } },
});
