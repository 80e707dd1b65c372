// What goes wrong with a whole node, as plain JSON: its processes, what it finds around itself when it starts, who
// reads what it prints, what it may use, and what the kernel answers it.
import { constants } from 'node:os';
import { z } from 'zod';

const SIGNALS = Object.keys(constants.signals) as [NodeJS.Signals, ...NodeJS.Signals[]];

const node = z.string();
const signal = z.enum(SIGNALS);
const positive = z.number().min(0);
const program = z.string().regex(/^(?!\.{1,2}$)[^/\0\s]+$/, 'the name of a program, without a folder');
const variable = z.string().regex(/^[^=\0]+$/, 'the name of a variable');
const stream = z.enum(['stdout', 'stderr']);

const nodeFaultSchema = z.discriminatedUnion('kind', [
  // processes: all of the node's group at once, grandchildren too
  /** Any signal; what the program makes of it is the program's matter. */
  z.strictObject({ kind: z.literal('signal'), node, signal }),
  /** SIGKILL, and everything it started is gone; or another signal that is expected to end it. */
  z.strictObject({ kind: z.literal('kill'), node, signal: signal.optional() }),
  /** Stopped in its tracks, for so long or until lifted. */
  z.strictObject({ kind: z.literal('pause'), node, forMs: positive.optional() }),
  /** Killed, and started again at the same addresses. */
  z.strictObject({ kind: z.literal('restart'), node }),
  // what a node finds when it starts: from its first start with `armAt: 'start'`, else from its next one, until lifted
  z.strictObject({
    kind: z.literal('environment'),
    node,
    set: z.record(variable, z.string()).optional(),
    unset: z.array(variable).optional(),
    /** Programs that its PATH does not lead to. */
    without: z.array(program).min(1).optional(),
    /** Programs that its PATH leads to first, each with its text (`#!/bin/sh` and so on). */
    first: z.record(program, z.string()).optional(),
  }),
  // what lasts until it is lifted, also over a restart; with `armAt: 'start'` before the program's first instruction
  /**
   * Nobody reads what it prints, from when it is ready, so that the pipe fills. It has hit when the kernel would not take
   * another byte from it.
   */
  z.strictObject({ kind: z.literal('unread'), node, stream }),
  /**
   * At most so many descriptors for each process; so many processes, with their threads, and so much memory for the
   * whole node. It has hit when the limit was reached.
   * Given while it runs, a limit below what it uses already only keeps it from taking more.
   */
  z
    .strictObject({
      kind: z.literal('limit'),
      node,
      descriptors: z.int().min(1).optional(),
      processes: z.int().min(1).optional(),
      memoryMiB: z.int().min(6).optional(),
    })
    .refine(({ descriptors, processes, memoryMiB }) => descriptors ?? processes ?? memoryMiB, 'a limit of something'),
  /** Off every network: what is sent to it or by it is lost, its connections and its address stay as they are. */
  z.strictObject({ kind: z.literal('network-cut'), node }),
  /** What the kernel answers some of its system calls. It has hit for each call that was tampered with. */
  z.strictObject({
    kind: z.literal('calls'),
    node,
    /** As in strace(1): `write`, the class `%file`, or `?rename` where some architectures lack a call. */
    calls: z.array(z.string().regex(/^[?%]?[a-z0-9_]+$/)).min(1),
    /** Only calls about this file; {state} and {tmp} are the node's own folders. */
    path: z.string().optional(),
    /** Which of them, counted by each thread on its own: the n-th, so many from there on (all when absent), every so many. */
    from: z.int().min(1).optional(),
    count: z.int().min(1).optional(),
    every: z.int().min(1).optional(),
    inject: z.discriminatedUnion('what', [
      z.strictObject({ what: z.literal('error'), error: z.string().regex(/^E[A-Z0-9]+$/) }),
      /** The call is not carried out and claims this result: a lost write, a short one whose bytes never arrive, an early end. */
      z.strictObject({ what: z.literal('result'), result: z.int().min(0) }),
      z.strictObject({ what: z.literal('delay'), delayMs: positive }),
      z.strictObject({ what: z.literal('signal'), signal }),
    ]),
  }),
]);

export type NodeFault = Readonly<z.infer<typeof nodeFaultSchema>>;
export type NodeFaultKind = NodeFault['kind'];
export type NodeFaultOf<K extends NodeFaultKind> = Extract<NodeFault, { kind: K }>;

/** In force from arming to lifting, on whatever process the node is at the time. */
export type Imposition = NodeFaultOf<'unread' | 'limit' | 'network-cut' | 'calls'>;

/** When a node step acts. `fired` reacts to another step's proof of hit, so it comes some milliseconds after it. */
type NodeArming = 'start' | { mark: string } | { fired: string };

export interface NodeStep {
  id: string;
  on: 'node';
  fault: NodeFault;
  armAt: NodeArming;
  mustFire: number;
}

export const nodeStepSchema = z.strictObject({
  id: z.string(),
  on: z.literal('node'),
  fault: nodeFaultSchema,
  armAt: z.union([z.literal('start'), z.strictObject({ mark: z.string() }), z.strictObject({ fired: z.string() })]),
  mustFire: z.int().min(0),
});

/** Proof that a node fault acted, in words where there is more to say than that it did. */
export interface NodeHit {
  node: string;
  evidence?: string;
}
