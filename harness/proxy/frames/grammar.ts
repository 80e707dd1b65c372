// A grammar knows where a frame of its protocol begins and ends, and nothing else. The loop around it, which all framings
// share, is stream-reader.ts.

import type { FrameInfo, FrameType } from './frame.ts';

export interface Grammar {
  /** Asked before each frame: who reads it. A grammar hands over here, e.g. from HTTP to WebSocket. */
  next(firstByte: number): Grammar;
  /** The type of the frame that starts with this byte. */
  begin(firstByte: number): FrameType;
  /**
   * Reads on from `at` and returns how far the frame goes in this chunk. It sets `ended` when the
   * frame is complete there, or `failure` when the byte before the returned offset broke the protocol.
   */
  advance(frame: FrameInfo, chunk: Buffer, at: number): number;
  readonly ended: boolean;
  /** Between two frames: whether it is between two messages too. Never where messages cannot be told apart. */
  readonly betweenMessages: boolean;
  readonly failure: string | undefined;
}
