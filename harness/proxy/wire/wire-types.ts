// What the control API answers beyond Toxiproxy's: events, connections and capabilities, as types and nothing else. The proxy
// writes by them and network/ reads by them, so that both ends of the wire say the same.

import type { Fidelity } from '../exact/exact.ts';
import type { FrameEvent } from '../frames/frame-event.ts';
import type { Framing } from '../frames/frame.ts';
import type { HowEnded } from '../stream/ending.ts';
import type { Direction } from '../stream/item.ts';

/** One line of GET /events. */
export type EventLine = ProxyEvent | LostEvents;

/** In place of events that were dropped before their reader came to them. */
export interface LostEvents {
  event: 'lost';
  from: number;
  to: number;
}

export type ProxyEvent = EventStamp & EventBody;

export interface EventStamp {
  seq: number;
  /** CLOCK_MONOTONIC in milliseconds: comparable between processes of one machine. */
  monotonicMs: number;
  wallMs: number;
  /** Every event belongs to a proxy. */
  proxy: string;
  /** The proxy's label, where it has one. */
  link?: string;
}

/** What the proxy can tell of. */
export type EventBody =
  | { event: 'proxy-started'; listen: string; upstream: string }
  | { event: 'proxy-stopped' | 'proxy-deleted' }
  | { event: 'listener-failed'; reason: string }
  | (ConnectionName & { event: 'connection-opened'; client?: string })
  | (ConnectionName & { event: 'connection-labelled'; label: string })
  | (Omit<ConnectionSummary, 'state'> & { event: 'connection-closed' })
  | (ConnectionName & { direction: Direction } & FrameEvent)
  | { event: 'toxic-armed'; toxic: string; type: string; stream: string; toxicity: number; attributes: GivenAttributes }
  | { event: 'toxic-updated'; toxic: string; toxicity: number; attributes: GivenAttributes }
  | { event: 'toxic-removed'; toxic: string; type: string; fired: number }
  | (Hit & { event: 'toxic-fired' })
  | (ConnectionName & { direction: Direction; toxic: string } & StageEvent);

type GivenAttributes = Readonly<Record<string, unknown>>;

/** What a stage tells besides its firings. */
export type StageEvent =
  | { event: 'match-too-large' | 'match-unreadable'; index: number; reason: string }
  | { event: 'hold-too-large'; reason: string }
  | { event: 'beyond-frame'; index: number; length: number; atByte: number; reason: string }
  /** Of a stall, the bytes it let go; of a hold, the frame and how many had overtaken it. */
  | { event: 'toxic-released'; bytes: number }
  | { event: 'toxic-released'; byteOffset: number; laterFrames: number };

/** Proof that a toxic acted, and where. */
export interface Hit {
  proxy: string;
  toxic: string;
  type: string;
  /** Which connection of the proxy, from 1 since its creation or the last reset. */
  connection: number;
  connectionId: number;
  direction: Direction;
  /** Offset in the stream as its source sent it. */
  byteOffset: number;
  frameIndex?: number;
  offsetInFrame?: number;
  /** Bytes of this direction that had been handed to the destination. */
  bytesForwarded: number;
  fidelity?: Fidelity;
  boundaries?: number;
  vouched?: number;
  error?: string;
  /** Whether the destination had read everything before the end came. */
  delivered?: string;
  ended?: BothEnds;
  /** How long before this was told it began to act, in ms: a peer may have noticed it since. Absent where that is no time at all. */
  tookMs?: number;
  /**
   * Of a raw link that captures: the bytes around the place as far as they had come, in base64, at most 1,024 before it and 1,024
   * behind; `at` of them stand before it. A toxic's first 100 hits have them.
   */
  around?: { bytes: string; at: number };
  /** Anything else worth saying in words. */
  note?: string;
}

export interface BothEnds {
  client: HowEnded;
  upstream: HowEnded;
}

/** Its number within the proxy, and within the server. */
export interface ConnectionName {
  connection: number;
  connectionId: number;
}

export interface ConnectionSummary extends ConnectionName {
  state: 'dialling' | 'open' | 'ending' | 'closed';
  label?: string;
  bytes: Record<Direction, { in: number; out: number }>;
  frames: Record<Direction, number>;
  ended?: BothEnds;
  /** Why it ended, where it was not the peers' doing. */
  reason?: string;
}

/** GET /connections. */
export interface Connections {
  live: ListedConnection[];
  ended: ListedConnection[];
}

export type ListedConnection = ConnectionSummary & { proxy: string };

/** GET /capabilities. */
export interface Capabilities {
  engine: 'tornwire';
  version: string;
  api: string;
  toxics: readonly string[];
  transports: readonly string[];
  framings: readonly Framing[];
  splits: Record<Fidelity, Capability>;
  /** Whether a peer that has closed is told from one that has ended its half of the stream; without it both pass as a half-close. */
  hangUps: Capability;
  events: true;
  seeded: true;
}

export interface Capability {
  available: boolean;
  transports?: readonly string[];
  vouches?: false;
  reason?: string;
}
