// Holds that act on a node's processes from outside, whichever runtime they live in: the lines that runtimes share.
import { limitDescriptors } from './descriptor-limit.ts';
import type { HoldTable } from './holds.ts';
import { missingProgram, untraceable } from './missing-tools.ts';
import type { NodeProcesses } from './node-processes.ts';
import { tamperWithCalls } from './system-calls.ts';

export const FROM_OUTSIDE = {
  descriptors: { lacks: () => missingProgram('prlimit', 'apt-get install util-linux'), put: limitDescriptors },
  calls: { lacks: untraceable, put: tamperWithCalls },
} satisfies Partial<HoldTable<NodeProcesses>>;
