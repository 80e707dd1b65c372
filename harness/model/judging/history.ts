// The only witness of a run: a list of events that only grows, one NDJSON line for each event. Oracles see nothing else. So
// they can be tested with histories written by hand, and a finished run can be judged again.
import type { FileHit } from '../faults/file-fault.ts';
import type { Json } from '../values/json.ts';
import type { Direction } from '../system/link.ts';
import type { MemorySample } from './memory-sample.ts';
import type { NodeHit } from '../faults/node-fault.ts';
import type { SaidByCheck } from './said-by-check.ts';
import type { Leftover } from './leftover.ts';

export type Phase = 'boot' | 'drive' | 'settle' | 'observe' | 'stop';

/** Proof that a link fault acted: its place in the stream, and how both ends of the connection ended. */
export interface Hit {
  connection: number;
  direction: Direction;
  byteOffset: number;
  frameIndex?: number;
  offsetInFrame?: number;
  bytesForwarded?: number;
  fidelity?: 'boundary' | 'gated' | 'paced';
  boundaries?: number;
  vouched?: number;
  ended?: { client: string; upstream: string };
  /**
   * Of a link without framing: the bytes around the place, each of them one character (ISO 8859-1); `at` of them stand before it. The
   * file has at most 128 on each side.
   */
  around?: { bytes: string; at: number };
  /** If the engine has no events of its own: what the harness saw instead. */
  inferredFrom?: string;
}

/** Proof that a fault acted, by where it acted. A clock is a part of its node. */
export type FaultHit = ({ kind: 'link' } & Hit) | ({ kind: 'node' } & NodeHit) | ({ kind: 'file' } & FileHit);

/** What an obligation is about. Without it, as in histories of older versions, the obligation is the script's own. */
export type Owed =
  | { kind: 'ready'; node: string }
  | { kind: 'stop'; node: string }
  /** A step must have fired. The harness owes that, not the system. */
  | { kind: 'fired'; step: string }
  /** The whole script ends within its own bound. */
  | { kind: 'script' }
  /** The answer to one recorded operation. */
  | { kind: 'answer'; client: string; operation: string }
  /** All rounds of a series, within the budget that they have beside the script's bound. */
  | { kind: 'rounds'; series: string }
  /** What a script waits for, in its own words. */
  | { kind: 'until' };

export type EventBody =
  | { kind: 'phase'; phase: Phase; state: 'began' | 'ended' }
  | { kind: 'mark'; name: string }
  /** One round of a series of cycles; those that only warm up are numbered 0 and below. */
  | { kind: 'round'; series: string; round: number; state: 'began' | 'ended' }
  /** `indeterminate`: no answer came, so the operation may have happened or not. */
  | { kind: 'operation'; id: number; client: string; name: string; state: 'invoked' | 'ok' | 'failed' | 'indeterminate'; value?: Json }
  /** Something that the system owes: a reply, a recovery, an end. People read `what`, oracles read `about`. */
  | {
      kind: 'obligation';
      id: number;
      what: string;
      about?: Owed;
      state: 'opened' | 'met' | 'unmet';
      boundMs: number;
      lastSeen?: string;
    }
  | { kind: 'connection'; link: string; connection: number; state: 'opened' | 'closed'; ended?: { client: string; upstream: string } }
  | {
      kind: 'frame';
      link: string;
      connection: number;
      direction: Direction;
      index: number;
      type: string;
      offset: number;
      bytes?: number;
      payload?: string;
    }
  /** `line` is the beginning of a line that its framing does not allow; without it the stream could not be read on. */
  | {
      kind: 'frame-error';
      link: string;
      connection: number;
      direction: Direction;
      /** In the stream: where the frame begins. */
      offset: number;
      reason: string;
      /** The beginning of a line that is wrong. */
      line?: string;
      /** The first bytes of a text that are no UTF-8, in hexadecimal, and how many bytes of it stand before them. */
      wrong?: { bytes: string; at: number };
    }
  | { kind: 'fault'; step: string; fault: string; target: string; state: 'armed' | 'lifted' }
  | { kind: 'fault'; step: string; fault: string; target: string; state: 'fired'; hit: FaultHit }
  | { kind: 'node'; node: string; state: 'starting' | 'ready' | 'stopping' | 'paused' | 'resumed'; pid?: number }
  /** `asked`: the run sent the signal or the stop that ended the node, or the parent over stdio asked it to end (`byParent` says how). */
  | {
      kind: 'node';
      node: string;
      state: 'exited';
      pid?: number;
      code: number | null;
      signal: string | null;
      asked: boolean;
      byParent?: string;
    }
  | { kind: 'log'; node: string; stream: 'stdout' | 'stderr'; line: string }
  | { kind: 'observation'; observation: Observation }
  /**
   * The script threw: an assertion of its own, or a client's error that it did not expect. `place` is the file and line; `compared` are
   * the two values of an assertion, as text. `said` is what the script of a check says by an error of its own kind.
   */
  | {
      kind: 'script';
      state: 'failed';
      error: string;
      detail: string;
      place?: string;
      compared?: { expected: string; actual: string };
      said?: SaidByCheck;
    }
  /** Alive or on disk after everything was stopped. */
  | ({ kind: 'leftover' } & Leftover)
  /** So many dials and packets had no way to go: in a box there is none to the machine's network, but by what the topology names. */
  | { kind: 'lost-dials'; dials: number }
  /** The harness could not do its work, or nobody caught an error of the script's code. It is never the system's fault. */
  | { kind: 'harness'; problem: 'injector' | 'probe' | 'lost-events' | 'stray-error'; detail: string; late?: Late };

/** A fault server was waited for so long, and gave no answer. */
export interface Late {
  waitedMs: number;
  /** What it needs at most on a machine that has time, a part of its deadline. */
  boundMs: number;
}

export type Observation =
  /**
   * One normalised view of a truth that several parts hold. `sample` counts the readings. `node` is the node that was asked.
   * If it is `unreadable`, no answer came, and `value` is the reason.
   */
  | { probe: 'view'; truth: string; subject: string; node?: string; sample: number; value: Json; unreadable?: true }
  /** Countable things of one node at rest. `cycle` 0 is before the first counted cycle. */
  | {
      probe: 'resources';
      node: string;
      series: string;
      cycle: number;
      counts: Readonly<Record<string, number>>;
      holders?: Readonly<Record<string, readonly string[]>>;
    }
  /**
   * Countable things of one node at rest, before and after the work of a workload. `allowed`: so many more are no leak; it is judged if
   * this is there. `usual`: so many in all are none. Of `driver` the `connections` are those that the script itself holds to the system.
   */
  | {
      probe: 'held';
      node: string;
      at: 'before' | 'after';
      counts: Readonly<Record<string, number>>;
      holders?: Readonly<Record<string, readonly string[]>>;
      allowed?: Readonly<Record<string, number>>;
      usual?: Readonly<Record<string, number>>;
    }
  /** Memory of one node after a round. `confirms`: in the second half of the rounds, which is played only when the first one grew. */
  | ({ probe: 'memory'; node: string; series: string; cycle: number; confirms?: true } & MemorySample)
  /** Memory of one node when all were ready, and before any was stopped. */
  | ({ probe: 'occupied'; node: string; at: 'boot' | 'end' } & MemorySample)
  /** An unrelated request while faults are in force. If `latencyMs` is null, nobody answered for `waitedMs`. */
  | { probe: 'side'; name: string; node?: string; latencyMs: number | null; waitedMs?: number; boundMs: number }
  /** How the system came to rest once all faults were lifted. */
  | RestObservation
  /** How the machine and the harness fared in the last interval. */
  | MachineReading
  /**
   * What a node's processes are doing. Two equal dumps at least 1 s apart show that the node stands still. `asleep`: every thread slept.
   * `movedBytes`: what they have read and written since they started.
   */
  | {
      probe: 'stacks';
      node: string;
      sample: number;
      cpuMs: number;
      movedBytes?: number;
      threads: readonly string[];
      asleep: boolean;
      handles: readonly string[];
    };

export interface RestObservation {
  probe: 'rest';
  /** How long the system may take until its views agree. Those that did not are read for as long again. */
  boundMs: number;
  /** How long it took until two readings of all views agreed; null when they never did. Absent without views. */
  agreedAfterMs?: number | null;
  /** How long it was to be quiet: its longest declared timer, or what the scenario says. */
  wantedMs: number;
  /** How long nothing but heartbeats was seen, with views that agreed at its beginning and its end. */
  quietMs: number;
  /** What moved last, where it was not quiet for so long. */
  moved?: string;
}

/** Of the time since the reading before it. */
export interface MachineReading {
  probe: 'machine';
  loopDelayP99Ms: number;
  loopDelayMaxMs?: number;
  /** How long the harness's event loop could not run, in all. */
  loopStalledMs?: number;
  /** Percent of the last ten seconds; null where the kernel does not say. */
  cpuPressureAvg10: number | null;
  /**
   * What the threads of the case's own processes, its fault servers among them, waited for a processor, all added up. Absent
   * where that is not known, and while the pressure says that nobody waits.
   */
  processorWaitMs?: number;
}

export interface EventBase {
  /** From 1, without gaps, in the order of `atMs`. */
  seq: number;
  /**
   * When it happened, in milliseconds since the recorder opened, monotonic. What our fault server saw has the server's time. All else has
   * the time at which the harness learnt of it.
   */
  atMs: number;
  /** Unix time in milliseconds. */
  wallMs: number;
}

export type Event = EventBase & EventBody;
export type History = readonly Event[];

export type KindOf<K extends EventBody['kind']> = Extract<EventBody, { kind: K }>;

export function eventsOf<K extends EventBody['kind']>(history: History, kind: K): (EventBase & KindOf<K>)[] {
  return history.filter((event) => event.kind === kind) as (EventBase & KindOf<K>)[];
}

export type ObservationOf<P extends Observation['probe']> = Extract<Observation, { probe: P }>;

export function observationsOf<P extends Observation['probe']>(history: History, probe: P): (EventBase & ObservationOf<P>)[] {
  return eventsOf(history, 'observation')
    .filter((event) => event.observation.probe === probe)
    .map((event) => ({ seq: event.seq, atMs: event.atMs, wallMs: event.wallMs, ...(event.observation as ObservationOf<P>) }));
}
