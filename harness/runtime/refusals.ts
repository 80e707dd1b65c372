// Which runtime carries which node fault: what is impossible by its nature, and why. What a machine merely lacks is
// asked for separately (lacking.ts), because that has a cure.
import type { RuntimeName } from '../model/case.ts';
import type { NodeFault, NodeFaultOf } from '../model/node-fault.ts';

/** Pure: the table of the documentation is made by asking it. */
export function refusalOf(runtime: RuntimeName, fault: NodeFault): string | undefined {
  switch (fault.kind) {
    case 'signal':
    case 'kill':
    case 'pause':
    case 'restart':
      return undefined;
    case 'environment':
      return runtime === 'mock' && (fault.without || fault.first) ? 'a played program looks for no programs' : undefined;
    case 'unread':
      return runtime === 'mock' ? 'a played program writes to no pipe' : undefined;
    case 'limit':
      return refusalOfLimit(runtime, fault);
    case 'network-cut':
      if (runtime === 'process') return 'processes share the network of the machine: cut the links instead, or use --runtime container';
      return runtime === 'mock' ? 'a played program has no network of its own' : undefined;
    case 'calls':
      return runtime === 'mock' ? 'a played program makes its system calls as the harness' : undefined;
    default:
      return fault satisfies never;
  }
}

function refusalOfLimit(runtime: RuntimeName, { processes, memoryMiB }: NodeFaultOf<'limit'>): string | undefined {
  if (runtime === 'mock') return 'a played program takes what it needs from the harness';
  if (runtime === 'container') return undefined;
  if (processes !== undefined)
    return 'RLIMIT_NPROC counts all processes of the user on this machine and does not bind the superuser: use --runtime container';
  if (memoryMiB !== undefined)
    return 'RLIMIT_AS counts addresses that are only reserved (Node reserves gigabytes) and nothing limits resident memory: use --runtime container';
  return undefined;
}
