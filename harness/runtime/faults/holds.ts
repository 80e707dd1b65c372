// What runtimes hold on nodes while a fault is in force. Each runtime has a table with a line for every hold: how it is put
// on the node's processes and what the machine may lack for it, or why this runtime can never have it. The compiler names
// the line that is missing.
import { type Hold, holdsOf, type Imposition, type NodeFault } from '../../model/faults/node-fault.ts';
import type { Imposed } from '../runtime.ts';

type HoldKind = Hold['hold'];
export type HoldOf<K extends HoldKind> = Extract<Hold, { hold: K }>;

interface Holding<H, Processes> {
  /** What this machine lacks for it, with the cure. */
  lacks(hold: H): Promise<string | undefined>;
  /** @throws RuntimeError where it could not be done all the same. */
  put(hold: H, node: Processes, atStart: boolean): Promise<Imposed>;
}

interface Refusal<H> {
  /** Why the runtime can never have it, by its nature. */
  refuses(hold: H): string;
}

export type HoldTable<Processes> = { readonly [K in HoldKind]: Holding<HoldOf<K>, Processes> | Refusal<HoldOf<K>> };

/** Why a runtime can never carry this fault; undefined when it can. */
export function refusalIn<Processes>(table: HoldTable<Processes>, fault: NodeFault): string | undefined {
  for (const hold of holdsOf(fault)) {
    const line: Line<Processes> = table[hold.hold];
    if ('refuses' in line) return line.refuses(hold);
  }
  return undefined;
}

/** What this machine lacks for a fault that the runtime does not refuse. */
export async function lackIn<Processes>(table: HoldTable<Processes>, fault: NodeFault): Promise<string | undefined> {
  for (const hold of holdsOf(fault)) {
    const line: Line<Processes> = table[hold.hold];
    const missing = 'lacks' in line ? await line.lacks(hold) : undefined;
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** All that the fault holds, as one. @throws for what the runtime refuses: planning has asked before. */
export async function imposeBy<Processes>(
  table: HoldTable<Processes>,
  fault: Imposition,
  node: Processes,
  atStart: boolean,
): Promise<Imposed> {
  const parts: Imposed[] = [];
  for (const hold of holdsOf(fault)) {
    const line: Line<Processes> = table[hold.hold];
    if ('refuses' in line) throw new Error(`the runtime refuses to hold this: ${line.refuses(hold)}`);
    parts.push(await line.put(hold, node, atStart));
  }
  return {
    hits: async () => (await Promise.all(parts.map((part) => part.hits()))).flat(),
    async lift() {
      await Promise.all(parts.map((part) => part.lift()));
    },
  };
}

/** A line that was found by the name of its hold takes that hold. */
type Line<Processes> = Holding<Hold, Processes> | Refusal<Hold>;
