// One frame is one line. Lines end at byte 0x0A and nowhere else: U+2028 inside a JSON string is content.

import type { FrameInfo, FrameType } from './frame.ts';
import type { Grammar } from './grammar.ts';

const NEWLINE = 0x0a;

export class LineGrammar implements Grammar {
  ended = false;
  readonly failure = undefined;
  readonly betweenMessages = true;

  next(): Grammar {
    return this;
  }

  begin(): FrameType {
    this.ended = false;
    return 'line';
  }

  advance(_frame: FrameInfo, chunk: Buffer, at: number): number {
    const newline = chunk.indexOf(NEWLINE, at);
    this.ended = newline >= 0;
    return this.ended ? newline + 1 : chunk.length;
  }
}
