// What a link fault is. Everything that the harness knows about one is in its own file below this folder, which exports a
// value of this type, and in its line of table.ts. If a new fault forgets a part of the type, it does not compile.
import { z } from 'zod';
import type { Direction, Framing, Transport } from '../../../system/link.ts';
import type { Trigger } from '../../when/trigger.ts';

export interface LinkFaultType<F extends { kind: string }> {
  /** What a case may hold; the type F is inferred from it. */
  readonly schema: z.ZodType<F>;
  /** One such fault, with numbers that every engine takes: for generated documents and for tests. */
  readonly sample: NoInfer<F>;
  /** What becomes of the bytes, for the oracle that reads frames. */
  readonly effect: Effect;
  /** The wait that the fault asks for itself, in milliseconds: no node is blamed for it. */
  delayMs(fault: F): number;
  /**
   * How long it may hold bytes that it will hand on by itself, in milliseconds: Infinity where that depends on how many
   * there are, 0 where they pass or are lost at once.
   */
  heldMs(fault: F): number;
  /**
   * Its lift alone ends the silence that it makes. What a system keeps of a silent peer is gone by the time its views are read.
   * No lift heals what a fault without this has done.
   */
  liftHeals?(fault: F): boolean;
  /** The same fault where clocks run faster: its own times shrink and its rates grow by the factor. */
  atSpeed(fault: F, clockSpeed: number): F;
  readonly aim: Aim;
  /** True, or why the three streams of a child cannot carry it. */
  readonly onStdio: true | string;
  readonly toxiproxy: Toxiproxy<F>;
  /** Why it is impossible here, beyond what `aim` and `onStdio` say. */
  whyNot?(fault: F, where: Place & { trigger: Trigger; direction: Direction }): string | undefined;
  /** What a fault server is told: the toxic's type and attributes, or that the proxy's address stops answering. */
  toxic(fault: F): ToxicBody | 'disable';
  /** The attribute that counts bytes inside a frame: where no frame is meant, `at_byte` counts them in the stream. */
  readonly countsWithinFrame?: string;
  /** It cuts the stream in slices. In a pipe only time keeps them apart. */
  readonly slices?: true;
  readonly hit: HitRule;
}

/** Gives F its name from the schema, and checks that nothing is missing. */
export function linkFault<F extends { kind: string }>(type: LinkFaultType<F>): LinkFaultType<F> {
  return type;
}

type Effect =
  /** Neither adds, removes nor changes a byte. */
  | 'none'
  /** Bytes of its own direction differ from what was sent. */
  | 'alters'
  /** The connection ends: both directions may stop inside a frame. */
  | 'ends';

/** Which triggers a toxic of ours takes; more than it takes would be ignored or refused over there. */
export type Aim =
  /** The address: no connection can be picked. */
  | 'address'
  /** Whole connections from their first byte: Toxiproxy's toxics, and refusing. */
  | 'connections'
  /** Whole connections, and so many of them. */
  | 'counted connections'
  /** A byte of the stream, a frame, or a byte in a frame. */
  | 'points'
  /** Whole frames, or bytes from one byte on, but no byte within a frame. */
  | 'frames or bytes'
  | 'whole frames';

/** What Toxiproxy 2.12 lacks for it; or what there proves a hit, for Toxiproxy itself tells of none. */
type Toxiproxy<F> =
  | { readonly lacks: string }
  | {
      readonly hitSeenIn: HitSeenIn;
      /** Whether these numbers can have an effect at all: without one it has not fired. */
      canBeFelt(fault: F): boolean;
      /** Why it must be armed before anything runs, if it must. */
      readonly onlyFromStart?: string;
    };

export type HitSeenIn =
  /** A connection was set up through it. It acts on whatever a connection carries, and that is at least a handshake. */
  | 'setup'
  /** A connection ended through it. */
  | 'end'
  /** The metrics count so many bytes. */
  | 'metrics'
  /** Connections were open when it was armed. */
  | 'open connections';

/** What the link is made of, as far as a fault cares. */
export interface Place {
  readonly transport: Transport;
  readonly framing: Framing;
}

export interface ToxicBody {
  readonly type: string;
  /** What is undefined is left out. */
  readonly attributes: Readonly<Record<string, Scalar | readonly Scalar[] | undefined>>;
}

type Scalar = string | number | boolean | null;

/** When it has fired: when what a reader sees has changed, and never before. proxy/hits.test.ts holds it to these words. */
interface HitRule {
  /** It counts as a hit when ... */
  readonly when: string;
  /** A near-miss: armed, reached by traffic, and nothing is changed. */
  readonly notWhen: string;
}

/** Toxiproxy moves at most so many bytes in one go. */
export const TOXIPROXY_CHUNK_BYTES = 32 * 1024;

/** A time, a rate or a size that may be 0. */
export const notNegative = z.number().min(0);

/** For a fault that asks for no wait and holds nothing. */
export const noWait = (): number => 0;

/** For a fault without times and rates of its own. */
export const sameAtAnySpeed = <F>(fault: F): F => fault;
