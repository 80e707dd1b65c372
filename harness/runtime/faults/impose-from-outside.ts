// Faults that act on a node's processes from outside, whichever runtime they live in.
import type { NodeFaultOf } from '../../model/faults/node-fault.ts';
import { limitDescriptors } from './descriptor-limit.ts';
import type { NodeProcesses } from './node-processes.ts';
import type { Imposed } from '../runtime.ts';
import { tamperWithCalls } from './system-calls.ts';
import { leaveUnread } from './unread-output.ts';

export async function imposeFromOutside(
  fault: NodeFaultOf<'unread' | 'limit' | 'calls'>,
  node: NodeProcesses,
  atStart: boolean,
): Promise<Imposed> {
  switch (fault.kind) {
    case 'unread':
      return leaveUnread(fault, node);
    case 'limit':
      return await limitDescriptors(fault, node, atStart);
    case 'calls':
      return await tamperWithCalls(fault, node);
    default:
      return fault satisfies never;
  }
}

/** Several as one. */
export function together(parts: readonly Imposed[]): Imposed {
  return {
    hits: async () => (await Promise.all(parts.map((part) => part.hits()))).flat(),
    async lift() {
      await Promise.all(parts.map((part) => part.lift()));
    },
  };
}
