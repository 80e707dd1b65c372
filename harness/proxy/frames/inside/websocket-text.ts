// Is what a WebSocket endpoint calls text UTF-8? A text message is judged as a whole, however it is cut into frames (RFC 6455,
// sections 5.6 and 8.1), and so is the reason in a close frame (5.5.1). A compressed message is judged once it is inflated.
import { unmasked } from '../decode.ts';
import type { FrameContent } from '../content.ts';
import type { FrameInfo, Span } from '../frame.ts';
import { Utf8Text, type WrongBytes } from './utf8.ts';

const CLOSE_CODE_BYTES = 2;

export class WebSocketText {
  /** The text message whose last frame has not come; undefined in any other message, and behind wrong bytes. */
  #message: Utf8Text | undefined;
  #isCompressed = false;
  #reason: Utf8Text | undefined;

  /** Shown every piece of a direction in order. Tells the first wrong bytes of a message as soon as they are there. */
  see(chunk: Buffer, { frame, start, end, first, last, offsetInFrame }: Span): WrongBytes | undefined {
    if (first) this.#begin(frame);
    const text = this.#textOf(frame);
    if (text === undefined) return undefined;
    const piece = textIn(frame, chunk.subarray(start, end), offsetInFrame);
    const ends = last && frame.fin === true;
    const wrong = (piece && text.push(piece)) ?? (ends ? text.end() : undefined);
    if (wrong !== undefined || ends) this.#forget(frame);
    return wrong;
  }

  /** The content of the frame that was seen last. */
  seeInflated(content: FrameContent | undefined): WrongBytes | undefined {
    if (!this.#isCompressed || content?.known !== true || content.kind !== 'text') return undefined;
    const text = new Utf8Text();
    return text.push(content.payload) ?? text.end();
  }

  #begin({ type, compressed }: FrameInfo): void {
    if (type === 'close') this.#reason = new Utf8Text();
    if (type !== 'text' && type !== 'binary') return;
    this.#isCompressed = compressed === true;
    this.#message = type === 'text' && !this.#isCompressed ? new Utf8Text() : undefined;
  }

  #textOf({ type }: FrameInfo): Utf8Text | undefined {
    if (type === 'close') return this.#reason;
    return type === 'text' || type === 'continuation' ? this.#message : undefined;
  }

  #forget({ type }: FrameInfo): void {
    if (type === 'close') this.#reason = undefined;
    else this.#message = undefined;
  }
}

/** What of these bytes of a frame is text, without its mask. */
function textIn(frame: FrameInfo, bytes: Buffer, offsetInFrame: number): Buffer | undefined {
  if (frame.headerLength === undefined) return undefined;
  const textFrom = frame.headerLength + (frame.type === 'close' ? CLOSE_CODE_BYTES : 0);
  const skipped = Math.max(0, textFrom - offsetInFrame);
  if (skipped >= bytes.length) return undefined;
  const piece = bytes.subarray(skipped);
  return frame.maskKey ? unmasked(piece, frame.maskKey, offsetInFrame + skipped - frame.headerLength) : piece;
}
