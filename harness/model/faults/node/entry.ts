// What there is to say about one kind of node fault. Each has a file of its own here, which begins with its schema (its
// type is inferred from that) and gives everything that others ask about it; table.ts lists them all. There are three
// families: what strikes a node at once, what a node finds around itself when it starts, and what holds it until the lift.
import { constants } from 'node:os';
import { z } from 'zod';

const SIGNALS = Object.keys(constants.signals) as [NodeJS.Signals, ...NodeJS.Signals[]];

// Fields that several faults have.
export const node = z.string();
export const signal = z.enum(SIGNALS);
export const timeMs = z.number().min(0);

/** What every fault says, whichever way it acts. */
interface About<F, Row extends string> {
  /** What its step waits for before it has hit, to stand behind "it waited for". */
  awaits(fault: F): string;
  /**
   * Whether nobody can expect the node to answer from the hit to the lift. Not for what the history itself tells of a node:
   * that it starts, has ended, or is paused.
   */
  takesAway(fault: F): boolean;
  /** How long the system stands still because of it, in ms: silence of that length is no hang. */
  standstillMs(fault: F): number;
  /** The same fault when clocks run faster; `shorter` divides a time by the clock speed. */
  atSpeed(fault: F, shorter: (ms: number) => number): F;
  /** It acts on a node that runs, so it cannot be armed at the start, when none does. */
  needsRunningNode: boolean;
  /** It needs a node that the harness starts, not one that another node starts over stdio. */
  needsOwnStart: boolean;
  /** A fault on a node called `target` for each row of the table "faults by runtime". */
  examples: Readonly<Record<Row, F>>;
}

interface Strike<F> {
  /** It starts a node that has ended. Other strikes wait until the node is ready. */
  startsEndedNode: boolean;
  /** Resolves when it has hit; gives what must be taken back, when there is something. */
  strike(fault: F, struck: StruckNode): Promise<Aftermath | void>;
}

/** A node in the hands of a strike. Nothing happens to a node that has ended, unless it is started. */
export interface StruckNode {
  /** The end of the node by this signal is no crash; without a signal, no end is. */
  expectExit(signal?: NodeJS.Signals): void;
  /** Resolves when it has gone (KILL; `stop`, which is TERM within the node's own bound) or been told. */
  end(how: 'stop' | NodeJS.Signals): Promise<void>;
  /** Resolves when it is ready. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** What a strike leaves in force, for so long or until the step is lifted. */
export interface Aftermath {
  forMs?: number | undefined;
  undo(): Promise<void>;
}

interface Surround<F> {
  surroundings(fault: F): Surroundings;
}

/** What a node finds around itself when it starts. */
export interface Surroundings {
  set?: Readonly<Record<string, string>> | undefined;
  unset?: readonly string[] | undefined;
  /** Programs that its PATH does not lead to. */
  without?: readonly string[] | undefined;
  /** Programs that its PATH leads to first, each with its text. */
  first?: Readonly<Record<string, string>> | undefined;
}

interface Impose<F, H> {
  /** From when it is in force on a node that starts. */
  from: 'first instruction' | 'ready';
  /** A signal that it may send to the node: an end by that is no crash. */
  mayEndBy(fault: F): NodeJS.Signals | undefined;
  /** What the runtime must hold on the node, all at once. A hold is to a node fault what a toxic is to a link fault. */
  holds(fault: F): readonly H[];
}

type Schema = z.ZodObject;

export function strikes<S extends Schema, Row extends string>(schema: S, about: About<z.infer<S>, Row> & Strike<z.infer<S>>) {
  return { by: 'strike' as const, schema, ...about };
}

export function surrounds<S extends Schema, Row extends string>(schema: S, about: About<z.infer<S>, Row> & Surround<z.infer<S>>) {
  return { by: 'surroundings' as const, schema, ...about };
}

export function imposes<S extends Schema, H, Row extends string>(schema: S, about: About<z.infer<S>, Row> & Impose<z.infer<S>, H>) {
  return { by: 'imposition' as const, schema, ...about };
}

/** For faults without times of their own. */
export function same<F>(fault: F): F {
  return fault;
}

/** For faults which a node must answer in spite of. */
export const never = (): boolean => false;

export const noTime = (): number => 0;

export const noSignal = (): undefined => undefined;
