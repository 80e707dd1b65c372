// The loop that all framings share. It keeps the stream's offset and the open frame, and turns what a grammar recognises
// into spans. A grammar knows only where a frame of its protocol begins and ends.

import type { FrameInfo, FrameReader, Span } from './frame.ts';
import type { Grammar } from './grammar.ts';
import { RawGrammar } from './raw.ts';

export class StreamReader implements FrameReader {
  error: string | undefined;
  #grammar: Grammar;
  #frame: FrameInfo | undefined;
  #frameCount = 0;
  #offset = 0;

  constructor(grammar: Grammar) {
    this.#grammar = grammar;
  }

  get betweenMessages(): boolean {
    return this.#frame === undefined && this.#grammar.betweenMessages;
  }

  push(chunk: Buffer, spansMax = Number.POSITIVE_INFINITY): Span[] {
    const spans: Span[] = [];
    let at = 0;
    while (at < chunk.length && spans.length < spansMax) {
      const start = at;
      const frame = this.#frame ?? this.#open(chunk, start);
      const grammar = this.#grammar;
      at = grammar.advance(frame, chunk, start);
      const last = grammar.ended || grammar.failure !== undefined;
      const streamStart = this.#offset + start;
      spans.push({
        frame,
        start,
        end: at,
        first: streamStart === frame.offset,
        last,
        offsetInFrame: streamStart - frame.offset,
      });
      if (last) this.#close(frame, this.#offset + at);
    }
    this.#offset += at;
    return spans;
  }

  #open(chunk: Buffer, at: number): FrameInfo {
    const firstByte = chunk[at]!;
    this.#grammar = this.#grammar.next(firstByte);
    this.#frameCount += 1;
    this.#frame = {
      index: this.#frameCount,
      type: this.#grammar.begin(firstByte),
      offset: this.#offset + at,
      length: undefined,
    };
    return this.#frame;
  }

  #close(frame: FrameInfo, streamEnd: number): void {
    frame.length = streamEnd - frame.offset;
    this.#frame = undefined;
    if (this.#grammar.failure === undefined) return;
    frame.type = 'malformed';
    this.error = `${this.#grammar.failure} (frame ${frame.index} at byte ${frame.offset})`;
    this.#grammar = new RawGrammar();
  }
}
