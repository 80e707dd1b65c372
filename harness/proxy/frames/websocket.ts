// WebSocket frames (RFC 6455, section 5.2). Only the 2 to 14 header bytes are looked at, and the payload is stepped over in
// one go. If an endpoint MUST fail on something by the RFC, the reading ends as 'malformed'.

import type { FrameInfo, FrameType, Side } from './frame.ts';
import type { FramePairState } from './pair.ts';
import type { Grammar } from './grammar.ts';

const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_AND_3 = 0x30;
const MASK = 0x80;
const HEADER_MAX = 14;

const TYPES: ReadonlyMap<number, FrameType> = new Map<number, FrameType>([
  [0x0, 'continuation'],
  [0x1, 'text'],
  [0x2, 'binary'],
  [0x8, 'close'],
  [0x9, 'ping'],
  [0xa, 'pong'],
]);

export class WebSocketGrammar implements Grammar {
  ended = false;
  failure: string | undefined;
  readonly #side: Side;
  readonly #pair: FramePairState;
  readonly #header = Buffer.alloc(HEADER_MAX);
  #headerHave = 0;
  #headerNeed = 2;
  #payloadLeft = 0;
  #insideMessage = false;

  constructor(side: Side, pair: FramePairState) {
    this.#side = side;
    this.#pair = pair;
  }

  get betweenMessages(): boolean {
    return !this.#insideMessage;
  }

  next(): Grammar {
    return this;
  }

  begin(firstByte: number): FrameType {
    this.ended = false;
    this.#headerHave = 0;
    this.#headerNeed = 2;
    this.#payloadLeft = 0;
    return TYPES.get(firstByte & 0x0f) ?? 'malformed';
  }

  advance(frame: FrameInfo, chunk: Buffer, at: number): number {
    while (this.#headerHave < this.#headerNeed) {
      if (at === chunk.length) return at;
      this.#header[this.#headerHave] = chunk[at]!;
      this.#headerHave += 1;
      at += 1;
      this.#headerByteRead(frame);
      if (this.failure !== undefined) return at;
    }
    const step = Math.min(this.#payloadLeft, chunk.length - at);
    this.#payloadLeft -= step;
    this.ended = this.#payloadLeft === 0;
    return at + step;
  }

  #headerByteRead(frame: FrameInfo): void {
    if (this.#headerHave === 1) this.#readFirst(frame, this.#header[0]!);
    else if (this.#headerHave === 2) this.#readSecond(frame, this.#header[1]!);
    if (this.#headerHave === this.#headerNeed && this.failure === undefined) this.#readRest(frame);
  }

  #readFirst(frame: FrameInfo, byte: number): void {
    const opcode = byte & 0x0f;
    const control = opcode >= 0x8;
    const fin = (byte & FIN) !== 0;
    const compressed = (byte & RSV1) !== 0;
    frame.opcode = opcode;
    frame.fin = fin;
    frame.compressed = compressed;
    this.failure = this.#firstByteFailure(byte, opcode, control, fin, compressed);
    if (!control) this.#insideMessage = !fin;
  }

  #firstByteFailure(byte: number, opcode: number, control: boolean, fin: boolean, compressed: boolean): string | undefined {
    if ((byte & RSV2_AND_3) !== 0) return 'reserved bit set that no extension uses';
    if (!TYPES.has(opcode)) return `reserved opcode ${opcode}`;
    if (control && !fin) return 'fragmented control frame';
    if (compressed && (control || opcode === 0)) return 'RSV1 set on a control or continuation frame';
    if (compressed && this.#pair.deflate === undefined) return 'RSV1 set but permessage-deflate was not agreed';
    if (opcode === 0 && !this.#insideMessage) return 'continuation without a message to continue';
    if (!control && opcode !== 0 && this.#insideMessage) return 'new message inside a fragmented one';
    return undefined;
  }

  #readSecond(frame: FrameInfo, byte: number): void {
    const masked = (byte & MASK) !== 0;
    const lengthCode = byte & 0x7f;
    frame.masked = masked;
    if (masked !== (this.#side === 'client')) {
      this.failure = masked ? 'frame of a server is masked' : 'frame of a client is not masked';
    } else if (frame.opcode! >= 0x8 && lengthCode > 125) {
      this.failure = 'control frame longer than 125 bytes';
    }
    this.#headerNeed = headerLength(lengthCode, masked);
  }

  #readRest(frame: FrameInfo): void {
    const lengthCode = this.#header[1]! & 0x7f;
    let payload = lengthCode;
    if (lengthCode === 126) payload = this.#header.readUInt16BE(2);
    if (lengthCode === 127) payload = this.#header.readUInt32BE(2) * 2 ** 32 + this.#header.readUInt32BE(6);
    if (payload > Number.MAX_SAFE_INTEGER - HEADER_MAX) {
      this.failure = 'frame longer than can be counted';
      return;
    }
    if (frame.masked === true) frame.maskKey = Buffer.from(this.#header.subarray(this.#headerNeed - 4, this.#headerNeed));
    frame.headerLength = this.#headerNeed;
    frame.length = this.#headerNeed + payload;
    this.#payloadLeft = payload;
  }
}

/** Bytes before the payload, from the 7-bit length code and the mask bit. */
export function headerLength(lengthCode: number, masked: boolean): number {
  const extended = lengthCode === 126 ? 2 : lengthCode === 127 ? 8 : 0;
  return 2 + extended + (masked ? 4 : 0);
}
