// A link joins one node that dials to one listener of another node. Schedules, events and reports call a link by its name.
import type { Duration } from '../time/duration.ts';

export type Transport = 'tcp' | 'unix' | 'stdio';
/**
 * `ndjson` is lines, whatever is in them. On `json-lines` each is one JSON value, on `json-rpc` one message of JSON-RPC 2.0 or a
 * batch of them, and a line that is not fails the run. On a stdio link both say nothing of stderr.
 */
export type Framing = 'websocket' | 'http' | 'ndjson' | 'json-lines' | 'json-rpc' | 'raw';
/** The streams of a stdio link. Each one is a connection of its own. */
export type Stream = 'stdin' | 'stdout' | 'stderr';
/** `upstream` is from the side that dials, `downstream` is to it. */
export type Direction = 'upstream' | 'downstream';

/** The name under which the script and its clients dial. No program of this name is started. */
export const DRIVER = 'driver';

export interface Link {
  /** For example `bridge->desktop`. */
  name: string;
  /** The node that dials, or `driver`. */
  from: string;
  /** The node that listens, or an address that the topology names as `outside`. */
  to: string;
  /** Which of that node's listeners; of no meaning outside. */
  listener: string;
  /** How its bytes are read as frames: for triggers by frame, and for the oracle `protocol`. `raw` reads none. */
  framing: Framing;
  /** The node answers a WebSocket ping on this link within this bound, also while other links are faulty. */
  pongWithinMs?: number;
  /** How many of its connections are open at rest, at most. More than that are a leak. */
  connectionsAtRest?: number;
  /** More are a finding, whenever they come. */
  dialsAtMost?: DialsAtMost;
  /** How many of its connections are open at the same time, at most. */
  connectionsAtMost?: number;
  /** Frames that come and go at rest as well. WebSocket pings and JSON of type ping, pong or heartbeat need not be declared. */
  heartbeats?: readonly Heartbeat[];
  /** `none`: what its frames say is not recorded, only that they passed. Everything is, when absent: secrets are replaced. */
  capture?: 'none';
  /**
   * `orders`: the script tells a program by it what to do, as its user would. What breaks there says little about the system, so a sweep
   * tries it last.
   */
  carries?: 'orders';
}

/**
 * In the whole run, or in any stretch of that length. Counted is each dial that reaches the link's address, whether somebody answers
 * it or not; a dial that is refused (`refuse`, `down`) is seen by nobody. On a stdio link each child is one.
 */
export type DialsAtMost = number | { readonly count: number; readonly per: Duration };

/** A frame is one if everything that is given here is so. */
export interface Heartbeat {
  /** As the link's frame reader calls it: `text`, `line`, `request-head`, ... */
  type?: string;
  /** Its payload holds this text. */
  contains?: string;
}

export type Address =
  | { readonly transport: 'tcp'; readonly host: string; readonly port: number }
  | { readonly transport: 'unix'; readonly path: string };

export function addressText(address: Address): string {
  return address.transport === 'tcp' ? `${address.host}:${address.port}` : `unix:${address.path}`;
}
