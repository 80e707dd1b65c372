// Watches the frames of one direction. It publishes each complete frame as an event. Where somebody wants to know the
// content of a frame, it puts the frame's bytes together. It never holds up a byte.

import { MessageDecoder, framePayload } from '../decode.ts';
import type { FrameEvent } from '../frame-event.ts';
import { lineProblem } from './json-line.ts';
import type { WrongBytes } from './utf8.ts';
import { WebSocketText } from './websocket-text.ts';
import { Joined } from '../joined.ts';
import { frameReaderFor } from '../reader-for.ts';
import type { FrameInfo, FrameReader, Framing, JsonFraming, Side, Span } from '../frame.ts';
import type { FramePairState } from '../pair.ts';
import type { FrameContent } from '../content.ts';

export interface FrameWatchSettings {
  framing: Exclude<Framing, 'raw'>;
  side: Side;
  pair: FramePairState;
  /** Frames of up to CAPTURE_BYTES_MAX are published with their content. */
  capture: boolean;
  /** Whether lines are held against what the framing says of them; asked as each one comes. */
  judged?: () => boolean;
  publish: (body: FrameEvent) => void;
}

/** Frames above this are never judged by their content. */
export const JUDGED_BYTES_MAX = 1024 * 1024;
const CAPTURE_BYTES_MAX = 4096;
const QUOTED_BYTES_MAX = 200;
/** Of one direction, so many wrong lines or texts are told; who floods with them is known by then. */
const WRONG_TEXTS_MAX = 100;
/** Frames looked at in one go: tiny ones must not keep the event loop. */
const SPANS_MAX = 1024;

export class FrameWatch {
  /** Somebody judges frames by their content. */
  contentWanted = false;
  /** Complete frames so far. */
  frames = 0;
  insideFrame = false;
  readonly #settings: FrameWatchSettings;
  readonly #reader: FrameReader;
  readonly #decoder: MessageDecoder;
  readonly #contents = new WeakMap<FrameInfo, FrameContent>();
  #parts = new Joined();
  #partsBytes = 0;
  #skipped = false;
  #errorTold = false;
  #wrongTexts = 0;
  readonly #text: WebSocketText | undefined;

  constructor(settings: FrameWatchSettings) {
    this.#settings = settings;
    this.#reader = frameReaderFor(settings.framing, settings.side, settings.pair);
    this.#decoder = new MessageDecoder(settings.side, settings.pair);
    if (settings.framing === 'websocket') this.#text = new WebSocketText();
  }

  /** Nothing of a message is open: what is put in here comes between two. */
  get betweenMessages(): boolean {
    return !this.insideFrame && this.#reader.betweenMessages;
  }

  /** The chunk's first pieces by frame, up to a bound. They must then be shown to `see` one after the other. */
  spans(chunk: Buffer, most = SPANS_MAX): Span[] {
    return this.#reader.push(chunk, most);
  }

  see(chunk: Buffer, span: Span): void {
    const bytes = this.#collect(chunk, span);
    const wrong = this.#text?.see(chunk, span);
    if (wrong !== undefined) this.#tellWrong(span.frame, wrong);
    this.insideFrame = !span.last;
    if (!span.last) return;
    const { frame } = span;
    this.frames = frame.index;
    const content = bytes === undefined ? undefined : this.#decode(frame, bytes);
    if (this.contentWanted)
      this.#contents.set(
        frame,
        content ?? { known: false, reason: `longer than ${JUDGED_BYTES_MAX} bytes, or its beginning was not seen` },
      );
    this.#settings.publish({
      event: 'frame',
      index: frame.index,
      type: frame.type,
      ...(frame.opcode !== undefined && { opcode: frame.opcode, fin: frame.fin, compressed: frame.compressed }),
      offset: frame.offset,
      length: frame.length,
      ...this.#captured(frame, bytes, content),
    });
    this.#tellError(frame);
    const wrongInside = this.#text?.seeInflated(content);
    if (wrongInside !== undefined) this.#tellWrong(frame, wrongInside);
    if (bytes !== undefined && this.#judges) this.#judge(frame, framePayload(frame, bytes));
  }

  content(frame: FrameInfo): FrameContent {
    return this.#contents.get(frame) ?? { known: false, reason: 'its beginning was not seen' };
  }

  #captured(frame: FrameInfo, bytes: Buffer | undefined, content: FrameContent | undefined): { payload?: string } {
    if (!this.#settings.capture || bytes === undefined || bytes.length > CAPTURE_BYTES_MAX) return {};
    if (content?.known === true) return content.payload.length > CAPTURE_BYTES_MAX ? {} : { payload: content.payload.toString() };
    return frame.compressed === true || frame.type === 'malformed' ? {} : { payload: framePayload(frame, bytes).toString() };
  }

  /** All bytes of the frame once its last piece is there; undefined before, or when it is too long. */
  #collect(chunk: Buffer, span: Span): Buffer | undefined {
    const { frame } = span;
    if (span.first) {
      this.#parts.take();
      this.#partsBytes = 0;
      this.#skipped = this.#limit() === 0;
    }
    this.#partsBytes += span.end - span.start;
    if (this.#skipped || this.#partsBytes > this.#limit() || (frame.length ?? 0) > this.#limit()) {
      this.#skipped = true;
      this.#parts.take();
      return undefined;
    }
    const piece = chunk.subarray(span.start, span.end);
    if (span.first && span.last) return piece;
    this.#parts.add(piece);
    return span.last ? this.#parts.take() : undefined;
  }

  /** A compressed message may refer to any earlier one, so all of them are looked at. */
  #limit(): number {
    if (this.#judges) return JUDGED_BYTES_MAX;
    if (this.contentWanted || (this.#settings.capture && this.#settings.pair.deflate !== undefined)) return JUDGED_BYTES_MAX;
    return this.#settings.capture ? CAPTURE_BYTES_MAX : 0;
  }

  #decode(frame: FrameInfo, bytes: Buffer): FrameContent {
    const decoded = this.#decoder.decode(frame, bytes);
    switch (decoded.outcome) {
      case 'message':
        return { known: true, kind: decoded.kind, payload: decoded.payload };
      case 'fragment':
        return { known: false, reason: 'fragment' };
      case 'compressed':
      case 'unreadable':
        return { known: false, reason: decoded.reason };
      default:
        return decoded satisfies never;
    }
  }

  get #judges(): boolean {
    return isJson(this.#settings.framing) && this.#wrongTexts < WRONG_TEXTS_MAX && this.#settings.judged?.() !== false;
  }

  #judge(frame: FrameInfo, line: Buffer): void {
    const { framing, publish } = this.#settings;
    const reason = isJson(framing) ? lineProblem(framing, line) : undefined;
    if (reason === undefined) return;
    this.#wrongTexts += 1;
    const text = line.toString('utf8', 0, QUOTED_BYTES_MAX);
    publish({
      event: 'frame-error',
      index: frame.index,
      offset: frame.offset,
      reason,
      line: line.length > QUOTED_BYTES_MAX ? `${text}…` : text,
    });
  }

  #tellWrong(frame: FrameInfo, { at, bytes }: WrongBytes): void {
    if (this.#wrongTexts === WRONG_TEXTS_MAX) return;
    this.#wrongTexts += 1;
    const reason = frame.type === 'close' ? 'the reason in a close frame is no UTF-8' : 'a text message is no UTF-8';
    const wrong = { bytes: bytes.toString('hex').replaceAll(/..(?=.)/g, '$& '), at };
    this.#settings.publish({ event: 'frame-error', index: frame.index, offset: frame.offset, reason, wrong });
  }

  #tellError(frame: FrameInfo): void {
    if (this.#errorTold || this.#reader.error === undefined) return;
    this.#errorTold = true;
    this.#settings.publish({ event: 'frame-error', index: frame.index, offset: frame.offset, reason: this.#reader.error });
  }
}

function isJson(framing: Framing): framing is JsonFraming {
  return framing === 'json-lines' || framing === 'json-rpc';
}
