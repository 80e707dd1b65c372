// No framing: each chunk that passes is one frame, without meaning. This reader also takes what is left of a stream that
// broke its protocol, or that switched to a protocol which we do not read.

import type { FrameInfo, FrameType } from './frame.ts';
import type { Grammar } from './grammar.ts';

export class RawGrammar implements Grammar {
  readonly ended = true;
  readonly failure = undefined;
  readonly betweenMessages = false;

  next(): Grammar {
    return this;
  }

  begin(): FrameType {
    return 'chunk';
  }

  advance(frame: FrameInfo, chunk: Buffer, at: number): number {
    frame.length = chunk.length - at;
    return chunk.length;
  }
}
