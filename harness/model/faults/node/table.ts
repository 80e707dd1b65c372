// All node faults, in the order of the table "faults by runtime". A new one is a file beside this and a line here.
import { z } from 'zod';
import { calls } from './calls.ts';
import { environment } from './environment.ts';
import { kill } from './kill.ts';
import { limit } from './limit.ts';
import { networkCut } from './network-cut.ts';
import { pause } from './pause.ts';
import { restart } from './restart.ts';
import { signal } from './signal.ts';
import { unread } from './unread.ts';

export const NODE_FAULTS = {
  signal,
  kill,
  pause,
  restart,
  environment,
  unread,
  limit,
  'network-cut': networkCut,
  calls,
} as const;

type Table = typeof NODE_FAULTS;
type Entry = Table[keyof Table];

const [first, ...others] = Object.values(NODE_FAULTS).map(({ schema }): Entry['schema'] => schema) as [Entry['schema']];
export const nodeFaultSchema = z.discriminatedUnion('kind', [first, ...others]);

export type NodeFault = Readonly<z.infer<Entry['schema']>>;
export type NodeFaultKind = NodeFault['kind'];
export type NodeFaultOf<K extends NodeFaultKind> = Extract<NodeFault, { kind: K }>;

export type NodeFaultFamily = Entry['by'];

/** The faults of one family. */
type By<F extends NodeFaultFamily> = Readonly<z.infer<Extract<Entry, { by: F }>['schema']>>;
export type StrikeFault = By<'strike'>;
export type SurroundingFault = By<'surroundings'>;
/** In force from arming to lifting, on whatever process the node is at the time. */
export type Imposition = By<'imposition'>;

/** One thing that a runtime can hold on a node, as the faults themselves name it. */
export type Hold = ReturnType<Extract<Entry, { by: 'imposition' }>['holds']>[number];
