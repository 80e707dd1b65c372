// What a frame reader says about a stream. A reader is shown every chunk that passes and answers with
// spans: which bytes of the chunk belong to which frame. Spans cover each byte exactly once, in order.
// A reader only looks; it never copies, holds or alters a payload byte.
//
//   chunk   |.....frame 3 (tail)|frame 4|frame 5 (head)...|
//   spans   [      last         ][first+last][   first     ]

export type Framing = 'websocket' | 'http' | LineFraming | 'raw';

/** One frame is one line. `ndjson` does not look into it; the others judge that it is one JSON value, or JSON-RPC 2.0. */
type LineFraming = 'ndjson' | JsonFraming;
export type JsonFraming = 'json-lines' | 'json-rpc';

/** Which end sends the stream: 'client' is the end that dialled. */
export type Side = 'client' | 'server';

export type FrameType =
  | 'request-head'
  | 'response-head'
  | 'body'
  | 'body-chunk'
  | 'text'
  | 'binary'
  | 'continuation'
  | 'ping'
  | 'pong'
  | 'close'
  | 'line'
  | 'chunk'
  | 'malformed';

export interface FrameInfo {
  /** Counts from 1, per direction. */
  index: number;
  /** May still become 'malformed' while the frame is incomplete. */
  type: FrameType;
  /** Stream offset of its first byte. */
  offset: number;
  /** Bytes including the header, once known. */
  length: number | undefined;
  opcode?: number;
  fin?: boolean;
  compressed?: boolean;
  masked?: boolean;
  maskKey?: Buffer;
  /** Of a request's head, once it is complete: which request of the connection, from 1. */
  request?: number;
  /** Bytes before the payload of a WebSocket frame, once they were read. */
  headerLength?: number;
}

/** One piece of a frame's bytes inside the pushed chunk; `start` and `end` are offsets in that chunk. */
export interface Span {
  frame: FrameInfo;
  start: number;
  end: number;
  first: boolean;
  last: boolean;
  offsetInFrame: number;
}

export interface FrameReader {
  /** Reads at most `spansMax` spans; where the last one ends before the chunk does, the rest is pushed next. */
  push(chunk: Buffer, spansMax?: number): Span[];
  /** No message has begun that is not complete. A message may be of several frames. */
  readonly betweenMessages: boolean;
  /** Set once the stream broke its protocol; what follows is reported as 'chunk' frames. */
  readonly error: string | undefined;
}
