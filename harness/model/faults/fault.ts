// What goes wrong, as plain JSON. Link faults act in one direction of a link as the bytes pass (link/); node faults
// (node-fault.ts) on the processes of a node, file faults (file-fault.ts) and clock faults (clock-fault.ts) on what it reads.
// The catalogue and its measurements: docs/explanation/faults.md.
import type { ClockStep } from './clock-fault.ts';
import type { FileStep } from './file-fault.ts';
import type { LinkStep } from './link/link-step.ts';
import type { NodeStep } from './node-fault.ts';

export type { CutHow } from './link/loss/cut.ts';
export type { Gap } from './link/shape/split.ts';
export type { LinkFault, LinkFaultKind } from './link/table.ts';
export type { LinkStep } from './link/link-step.ts';
export type { NodeFault, NodeStep } from './node-fault.ts';
export type { FrameMatch, Trigger } from './when/trigger.ts';

export type Step = LinkStep | NodeStep | FileStep | ClockStep;
