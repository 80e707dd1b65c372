// The node is off every network. What is sent to it or by it is lost. Its connections and its address stay as they are.
import { z } from 'zod';
import { imposes, node, noSignal, noTime, same } from './entry.ts';

const schema = z.strictObject({ kind: z.literal('network-cut'), node });

export interface NetworkCutHold {
  hold: 'network-cut';
}

export const networkCut = imposes(schema, {
  awaits: (fault) => `'${fault.node}'`,
  takesAway: () => true,
  standstillMs: noTime,
  atSpeed: same,
  needsRunningNode: true,
  needsOwnStart: false,
  from: 'first instruction',
  mayEndBy: noSignal,
  holds: (): readonly NetworkCutHold[] => [{ hold: 'network-cut' }],
  examples: { 'network-cut': { kind: 'network-cut', node: 'target' } },
});
