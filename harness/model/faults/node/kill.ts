// SIGKILL, or another signal that is expected to end the node. Everything that the node started ends too.
import { z } from 'zod';
import { never, node, noTime, same, signal, strikes } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('kill'), node, signal: signal.optional() });

export const kill = strikes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: false,
  startsEndedNode: false,
  async strike(fault, struck) {
    struck.expectExit();
    await struck.end(fault.signal ?? 'SIGKILL');
  },
  examples: { kill: { kind: 'kill', node: 'target' } },
});
