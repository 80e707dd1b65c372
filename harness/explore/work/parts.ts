// What a workload is made of.
import type { Arbitrary } from 'fast-check';
import type { ScenarioSettings, Script, StateView } from '../../model/scenario.ts';
import type { Duration } from '../../model/time/duration.ts';
import type { Json } from '../../model/values/json.ts';
import type { Arbitraries } from './arbitraries.ts';

/**
 * What became of an operation. `ok`: it was carried out. `refused`: the system said no, so it did not happen. `indeterminate`: no
 * answer came, so it may have happened or not; a client says so with an IndeterminateError.
 */
export type WorkAnswer = 'ok' | 'refused' | 'indeterminate';

/** One thing that is asked of the system. */
export interface WorkOperation<Context, Arguments extends Given> {
  /** Generators of what it is given, by name. */
  arguments?: (any: Arbitraries) => { [K in keyof Arguments]: Arbitrary<Arguments[K]> };
  /** How often it is chosen beside the others: 1. */
  weight?: number;
  /** What it may answer while nothing is broken: only `ok`. Say `refused` too if some of its arguments may be refused. */
  answers?: readonly WorkAnswer[];
  /**
   * What it may answer once a fault has struck: anything. Where bytes only came in other pieces, it may take longer, and else answer what it
   * may while nothing is broken.
   */
  answersUnderFault?: readonly WorkAnswer[];
  /** The longest that it is waited for: 3 s. No answer is `indeterminate`. */
  within?: Duration;
  /** What it gives is recorded. */
  run(context: Context, given: Arguments): Promise<unknown>;
}

/** Somebody who joins in the middle of the work, and stays. */
export interface WorkObserver<Context> {
  /** Every second one is slow: it is paused as soon as it has joined, and resumed when all faults are lifted. */
  join(context: Context): Promise<Watching>;
  /** What it must see in the end: normalise both, for equal truths must give equal JSON. */
  sees?(context: Context): Promise<Json>;
  /** The bound for that, once all faults are lifted: 5 s. */
  within?: Duration;
}

export interface Watching {
  /** What it sees now. Undefined if its connection has ended: who has left sees nothing any more. */
  view?(): Json | undefined | Promise<Json | undefined>;
  pause?(): void;
  resume?(): void;
  leave?(): void | Promise<void>;
}

/** What must hold at any time, or must work again. What cannot be told throws. */
export interface WorkRule<Context> {
  /** A sentence about right behaviour. */
  what: string;
  holds(context: Context): boolean | Promise<boolean>;
}

export interface WorkRecovery<Context> extends WorkRule<Context> {
  /** Once all faults are lifted. */
  within: Duration;
}

export type Given = Readonly<Record<string, Json>>;

/** Says an operation, so that what `run` is given has the types of its generators. */
export type SayOperation<Context> = <Arguments extends Given>(operation: WorkOperation<Context, Arguments>) => SaidOperation;

/** An operation once it does not matter any more what it is given. */
export type SaidOperation = WorkOperation<never, never>;

export interface WorkloadSettings<Clients extends object, State extends object> extends Pick<
  ScenarioSettings<Clients>,
  'title' | 'system' | 'tags' | 'restWithin' | 'quietFor' | 'truths' | 'accept' | 'alone' | 'unavailable'
> {
  /** What the work stands on: connections, tables of what was made. It is merged into the context. */
  begin?(context: Script & Clients): State | Promise<State>;
  /** By name: `(operation) => ({ 'a peer adds a window': operation({ ... }) })`. */
  operations(operation: SayOperation<Script & Clients & State>): Readonly<Record<string, SaidOperation>>;
  observers?: Readonly<Record<string, WorkObserver<Script & Clients & State>>>;
  /** Looked at after each operation. */
  always?: readonly WorkRule<Script & Clients & State>[];
  /** Looked at, in order, once all faults are lifted. */
  recovered: readonly WorkRecovery<Script & Clients & State>[];
  /**
   * Makes the running system as it was at its start: it removes what the work has made, ends the connections that `begin` and the
   * operations have opened, and resolves once nothing of them is left anywhere. No fault is in force then. With it `tornwire sweep --warm`
   * plays several fault points in one start of the programs, and calls `begin` anew for each. Without it each fault point has a start of
   * its own.
   */
  reset?(context: Script & Clients & State): Promise<void>;
  /** How many operations a list of work has: 12, or more if it has more operations than that, for each comes at least once. */
  length?: number;
}

/** The settings once it does not matter any more which clients and arguments they are about. */
export interface Workload {
  begin?(context: Script): object | Promise<object>;
  operations: Readonly<Record<string, WorkOperation<Script, Given>>>;
  observers: Readonly<Record<string, WorkObserver<Script>>>;
  always: readonly WorkRule<Script>[];
  recovered: readonly WorkRecovery<Script>[];
  reset?(context: Script): Promise<void>;
  /** Those of the system that are compared, and how long they may take until they agree, in ms. */
  views: readonly StateView[];
  restWithinMs: number;
  length: number;
}
