// The node is killed, and started again at the same addresses.
import { z } from 'zod';
import { never, node, noTime, same, strikes } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('restart'), node });

export const restart = strikes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: true,
  startsEndedNode: true,
  async strike(_fault, struck) {
    await struck.end('SIGKILL');
    await struck.start();
  },
  examples: { restart: { kind: 'restart', node: 'target' } },
});
