// What goes wrong with a whole node, as plain JSON: its processes, what it finds around itself when it starts, who reads
// what it prints, what it may use, and what the kernel answers it. Each fault is a file in node/; here is the step that
// carries one, and what may be asked about any of them.
import { z } from 'zod';
import { armingSchema } from './when/arming.ts';
import type { Aftermath, StruckNode, Surroundings } from './node/entry.ts';
import {
  type Hold,
  type Imposition,
  NODE_FAULTS,
  type NodeFault,
  type NodeFaultFamily,
  type NodeFaultKind,
  type NodeFaultOf,
  nodeFaultSchema,
  type StrikeFault,
  type SurroundingFault,
} from './node/table.ts';

export type { Hold, Imposition, NodeFault, NodeFaultFamily, NodeFaultKind, NodeFaultOf, StrikeFault, SurroundingFault };
export type { Aftermath, StruckNode, Surroundings };

/** When a node step acts. `fired` reacts to another step's proof of hit, so it comes some milliseconds after it. */
export type NodeArming = 'start' | { mark: string } | { fired: string };

export interface NodeStep<F extends NodeFault = NodeFault> {
  id: string;
  on: 'node';
  fault: F;
  armAt: NodeArming;
  mustFire: number;
  /** More firings than this are a finding of the oracle `bounds`; any number is right when absent. */
  firesAtMost?: number;
}

export const nodeStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('node'),
  fault: nodeFaultSchema,
  armAt: z.union([armingSchema, z.strictObject({ fired: z.string() })]),
  mustFire: z.int().min(0),
  firesAtMost: z.int().min(0).optional(),
});

/** Proof that a node fault acted, in words where there is more to say than that it did. */
export interface NodeHit {
  node: string;
  evidence?: string;
}

/** What every fault says of itself: node/entry.ts. */
interface AboutNodeFault {
  by: NodeFaultFamily;
  awaits(fault: NodeFault): string;
  takesAway(fault: NodeFault): boolean;
  standstillMs(fault: NodeFault): number;
  atSpeed(fault: NodeFault, shorter: (ms: number) => number): NodeFault;
  needsRunningNode: boolean;
  needsOwnStart: boolean;
}

interface AboutStrike {
  startsEndedNode: boolean;
  strike(fault: StrikeFault, struck: StruckNode): Promise<Aftermath | void>;
}

interface AboutImposition {
  from: 'first instruction' | 'ready';
  mayEndBy(fault: Imposition): NodeJS.Signals | undefined;
  holds(fault: NodeFault): readonly Hold[];
}

/** Each line of the table stands under the kind of its own schema, and says everything. */
const ABOUT: { readonly [K in NodeFaultKind]: AboutNodeFault & { schema: z.ZodType<NodeFaultOf<K>> } } = NODE_FAULTS;

export function aboutNodeFault({ kind }: NodeFault): AboutNodeFault {
  return ABOUT[kind];
}

export function aboutStrike({ kind }: StrikeFault): AboutStrike {
  return NODE_FAULTS[kind];
}

export function aboutImposition({ kind }: Imposition): AboutImposition {
  return NODE_FAULTS[kind];
}

/** What a runtime must hold on the node; nothing for a fault of another family. */
export function holdsOf(fault: NodeFault): readonly Hold[] {
  const about = NODE_FAULTS[fault.kind];
  if (about.by !== 'imposition') return [];
  const imposition: AboutImposition = about;
  return imposition.holds(fault);
}

/** What the node finds when it starts; nothing for a fault of another family. */
export function surroundingsIn(fault: NodeFault): Surroundings {
  const about = NODE_FAULTS[fault.kind];
  if (about.by !== 'surroundings') return {};
  const surrounding: { surroundings(fault: NodeFault): Surroundings } = about;
  return surrounding.surroundings(fault);
}
