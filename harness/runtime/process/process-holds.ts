// What lasts on a node that is a process of this machine, and what cannot.
import { FROM_OUTSIDE } from '../faults/from-outside.ts';
import type { HoldTable } from '../faults/holds.ts';
import { missingProgram } from '../faults/missing-tools.ts';
import type { NodeProcesses } from '../faults/node-processes.ts';
import { leaveUnread } from '../faults/unread-output.ts';

export const PROCESS_HOLDS: HoldTable<NodeProcesses> = {
  ...FROM_OUTSIDE,
  unread: { lacks: () => missingProgram('ss', 'apt-get install iproute2'), put: leaveUnread },
  group: {
    refuses: ({ processes }) =>
      processes === undefined
        ? 'RLIMIT_AS counts addresses that are only reserved (Node reserves gigabytes) and nothing limits resident memory: use --runtime container'
        : 'RLIMIT_NPROC counts all processes of the user on this machine and does not bind the superuser: use --runtime container',
  },
  'network-cut': {
    refuses: () => 'processes share the network of the machine: cut the links instead, or use --runtime container',
  },
};
