// What the two directions of one connection must know of each other. The end of a response depends on its request's method.
// A client's bytes become WebSocket frames once the server has said 101.

export interface FramePairState {
  /** What the connection speaks now, for both directions. */
  protocol: 'http' | 'websocket' | 'tunnel';
  /** Requests whose final response has not been seen, oldest first. */
  awaiting: RequestKind[];
  /** Requests whose heads have been seen, and final responses that have come to their ends. */
  requests: number;
  answered: number;
  /** Set by a 101 that accepted permessage-deflate (RFC 7692). */
  deflate: { clientNoContextTakeover: boolean; serverNoContextTakeover: boolean } | undefined;
}

export type RequestKind = 'plain' | 'head' | 'connect' | 'upgrade';

/** Pipelined requests that no response has answered; beyond this the stream is given up as HTTP. */
export const AWAITING_MAX = 1024;

export function newFramePair(): FramePairState {
  return { protocol: 'http', awaiting: [], requests: 0, answered: 0, deflate: undefined };
}
