// Which reader reads which framing.

import type { FrameReader, Framing, Side } from './frame.ts';
import { HttpGrammar } from './http.ts';
import { LineGrammar } from './ndjson.ts';
import type { FramePairState } from './pair.ts';
import { RawGrammar } from './raw.ts';
import { StreamReader } from './stream-reader.ts';

/** One reader a direction; both directions of a connection share one pair state. */
export function frameReaderFor(framing: Framing, side: Side, pair: FramePairState): FrameReader {
  switch (framing) {
    case 'websocket':
    case 'http':
      return new StreamReader(new HttpGrammar(side, pair, framing === 'websocket'));
    case 'ndjson':
    case 'json-lines':
    case 'json-rpc':
      return new StreamReader(new LineGrammar());
    case 'raw':
      return new StreamReader(new RawGrammar());
    default:
      return framing satisfies never;
  }
}
