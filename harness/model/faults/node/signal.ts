// Any signal, to all of the node's group at once, grandchildren too. What the program makes of it is its own matter.
import { z } from 'zod';
import { never, node, noTime, same, signal as signalName, strikes } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('signal'), node, signal: signalName });

export const signal = strikes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: never,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: false,
  startsEndedNode: false,
  async strike(fault, struck) {
    struck.expectExit(fault.signal);
    await struck.signal(fault.signal);
  },
  examples: { signal: { kind: 'signal', node: 'target', signal: 'SIGUSR2' } },
});
