// The content of frames, for predicates that must look inside. It gets the bytes of each frame in order and answers with
// the whole message: unmasked, put together from fragments, and inflated if permessage-deflate (RFC 7692) compressed it. If
// it cannot read a message, it says so. It never guesses.

import { constants, inflateRawSync } from 'node:zlib';
import type { FrameInfo, Side } from './frame.ts';
import { Joined } from './joined.ts';
import type { FramePairState } from './pair.ts';
import { headerLength } from './websocket.ts';

export type Decoded =
  /** A complete message, line, head, body or body chunk. */
  | { outcome: 'message'; kind: FrameInfo['type']; payload: Buffer }
  /** Part of a message whose last fragment has not come. */
  | { outcome: 'fragment' }
  /** Compressed in a way that cannot be undone from what was shown here. */
  | { outcome: 'compressed'; reason: string }
  | { outcome: 'unreadable'; reason: string };

const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
const DEFLATE_WINDOW_BYTES = 32 * 1024;
/** Taken off the end of each compressed message by its sender (RFC 7692, section 7.2.1). */
const DEFLATE_TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);

interface OpenMessage {
  kind: FrameInfo['type'];
  compressed: boolean;
  /** What has come of it before its last frame. */
  joined: Joined;
}

/** Zlib takes a buffer of this size at a time, outside the heap; its own 16 KiB for every short message pile up. */
const INFLATED_BYTES_MIN = 1024;

export class MessageDecoder {
  readonly #side: Side;
  readonly #pair: FramePairState;
  #message: OpenMessage | undefined;
  #lastIndex = 0;
  /** The last 32 KiB of plain text, which the next message may refer to; undefined once a frame was missed. */
  #window: Buffer | undefined = Buffer.alloc(0);

  constructor(side: Side, pair: FramePairState) {
    this.#side = side;
    this.#pair = pair;
  }

  /** `bytes` is the whole frame with its header. Show every frame of the direction, or context is lost. */
  decode(frame: FrameInfo, bytes: Buffer): Decoded {
    if (frame.index !== this.#lastIndex + 1) this.#lost();
    this.#lastIndex = frame.index;
    switch (frame.type) {
      case 'text':
      case 'binary':
      case 'continuation':
        return this.#dataFrame(frame, bytes);
      case 'malformed':
        return { outcome: 'unreadable', reason: 'the frame breaks its protocol' };
      default:
        return { outcome: 'message', kind: frame.type, payload: framePayload(frame, bytes) };
    }
  }

  #dataFrame(frame: FrameInfo, bytes: Buffer): Decoded {
    const message = this.#open(frame);
    if (message === undefined) return { outcome: 'unreadable', reason: 'the beginning of the message was not seen' };
    const part = framePayload(frame, bytes);
    const alone = frame.fin === true && message.joined.length === 0;
    if (message.joined.length + part.length > MESSAGE_BYTES_MAX) {
      this.#lost();
      return { outcome: 'unreadable', reason: `message longer than ${MESSAGE_BYTES_MAX} bytes` };
    }
    if (!alone) message.joined.add(part);
    if (frame.fin !== true) return { outcome: 'fragment' };
    this.#message = undefined;
    const whole = alone ? part : message.joined.take();
    return message.compressed ? this.#inflate(message.kind, whole) : { outcome: 'message', kind: message.kind, payload: whole };
  }

  #open(frame: FrameInfo): OpenMessage | undefined {
    if (frame.type !== 'continuation') {
      this.#message = { kind: frame.type, compressed: frame.compressed === true, joined: new Joined() };
    }
    return this.#message;
  }

  #inflate(kind: FrameInfo['type'], packed: Buffer): Decoded {
    const agreed = this.#pair.deflate;
    if (agreed === undefined) return { outcome: 'compressed', reason: 'compression was not agreed in the handshake' };
    const fresh = this.#side === 'client' ? agreed.clientNoContextTakeover : agreed.serverNoContextTakeover;
    const dictionary = fresh ? Buffer.alloc(0) : this.#window;
    if (dictionary === undefined) return { outcome: 'compressed', reason: 'an earlier message it refers to was not seen' };
    try {
      const payload = inflateRawSync(Buffer.concat([packed, DEFLATE_TAIL]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: MESSAGE_BYTES_MAX,
        chunkSize: Math.min(constants.Z_DEFAULT_CHUNK, Math.max(INFLATED_BYTES_MIN, 4 * packed.length)),
        ...(dictionary.length > 0 ? { dictionary } : {}),
      });
      if (!fresh) this.#window = Buffer.concat([dictionary, payload]).subarray(-DEFLATE_WINDOW_BYTES);
      return { outcome: 'message', kind, payload };
    } catch (error) {
      this.#window = undefined;
      return { outcome: 'unreadable', reason: `cannot be inflated: ${(error as Error).message}` };
    }
  }

  #lost(): void {
    this.#message = undefined;
    this.#window = undefined;
  }
}

/**
 * What one frame carries: a WebSocket payload unmasked, a line without its line end, the data of an
 * HTTP chunk, anything else as it is. A view of `bytes` except where unmasking needs a copy.
 */
export function framePayload(frame: FrameInfo, bytes: Buffer): Buffer {
  if (frame.opcode !== undefined) {
    const payload = bytes.subarray(headerLength(bytes[1]! & 0x7f, frame.masked === true));
    return frame.maskKey === undefined ? payload : unmasked(payload, frame.maskKey);
  }
  if (frame.type === 'line') return bytes.subarray(0, lineLength(bytes));
  if (frame.type === 'body-chunk') return chunkData(bytes);
  return bytes;
}

/** `from`: where in its frame's payload the piece begins. */
export function unmasked(payload: Buffer, key: Buffer, from = 0): Buffer {
  const plain = Buffer.allocUnsafe(payload.length);
  for (let at = 0; at < payload.length; at += 1) plain[at] = payload[at]! ^ key[(from + at) & 3]!;
  return plain;
}

function lineLength(bytes: Buffer): number {
  let end = bytes.length;
  if (bytes[end - 1] === 0x0a) end -= 1;
  if (bytes[end - 1] === 0x0d) end -= 1;
  return end;
}

function chunkData(bytes: Buffer): Buffer {
  const start = bytes.indexOf(0x0a) + 1;
  const size = Number.parseInt(bytes.toString('latin1', 0, start), 16);
  return bytes.subarray(start, start + size);
}
