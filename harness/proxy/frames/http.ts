// HTTP/1.1 messages (RFC 9112): a frame is a head, a whole body of known length, one chunk of a chunked
// body, or a body that lasts until the connection closes. Only heads are read, at most 64 KiB of them;
// bodies are stepped over. After a 101 the connection belongs to WebSocket or to nobody we read.
//
//   head -> body | body-chunk ... body-chunk(0) | (nothing) -> head -> ...

import type { FrameInfo, FrameType, Side } from './frame.ts';
import { readRequestHead, readResponseHead } from './http-head.ts';
import type { BodyLength } from './http-head.ts';
import { AWAITING_MAX } from './pair.ts';
import type { FramePairState } from './pair.ts';
import { RawGrammar } from './raw.ts';
import type { Grammar } from './grammar.ts';
import { WebSocketGrammar } from './websocket.ts';

const HEAD_BYTES_MAX = 64 * 1024;
const SIZE_LINE_BYTES_MAX = 4096;
const CR = 0x0d;
const LF = 0x0a;

type State = 'head' | 'body' | 'body-until-close' | 'chunk-size' | 'chunk-data' | 'trailers';

export class HttpGrammar implements Grammar {
  ended = false;
  failure: string | undefined;
  readonly #side: Side;
  readonly #pair: FramePairState;
  readonly #mayUpgrade: boolean;
  #state: State = 'head';
  #scan: BlankLineScan = { line: 'empty', sawLine: false };
  #headBytes = 0;
  /** The head so far, kept only while it is split between chunks. */
  #headParts: Buffer[] = [];
  /** Bytes still to come of a body or of a chunk with its line end. */
  #left = 0;
  #size = newSizeLine();

  constructor(side: Side, pair: FramePairState, mayUpgrade: boolean) {
    this.#side = side;
    this.#pair = pair;
    this.#mayUpgrade = mayUpgrade;
  }

  get betweenMessages(): boolean {
    return this.#state === 'head' && this.#pair.protocol !== 'tunnel';
  }

  next(firstByte: number): Grammar {
    if (this.#state !== 'head') return this;
    if (this.#pair.protocol === 'tunnel') return new RawGrammar();
    if (this.#pair.protocol === 'websocket' || this.#sendsFramesTooEarly(firstByte)) {
      return new WebSocketGrammar(this.#side, this.#pair);
    }
    return this;
  }

  begin(firstByte: number): FrameType {
    this.ended = false;
    switch (this.#state) {
      case 'head':
        this.#scan = { line: 'empty', sawLine: false };
        this.#headBytes = 0;
        if (!mayStartHead(this.#side, firstByte)) return 'malformed';
        return this.#side === 'client' ? 'request-head' : 'response-head';
      case 'body':
      case 'body-until-close':
        return 'body';
      case 'chunk-size':
        this.#size = newSizeLine();
        return 'body-chunk';
      case 'chunk-data':
      case 'trailers':
        throw new Error(`a frame cannot begin in state ${this.#state}`);
      default:
        return this.#state satisfies never;
    }
  }

  advance(frame: FrameInfo, chunk: Buffer, at: number): number {
    if (frame.type === 'malformed') {
      this.failure = `not an HTTP ${this.#side === 'client' ? 'request' : 'response'}`;
      return at + 1;
    }
    while (at < chunk.length && !this.ended && this.failure === undefined) at = this.#step(frame, chunk, at);
    return at;
  }

  #step(frame: FrameInfo, chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'head':
        return this.#head(frame, chunk, at);
      case 'body':
        return this.#body(frame, chunk, at);
      case 'body-until-close':
        return chunk.length;
      case 'chunk-size':
        return this.#chunkSize(frame, chunk, at);
      case 'chunk-data':
        return this.#chunkData(chunk, at);
      case 'trailers':
        return this.#trailers(chunk, at);
      default:
        return this.#state satisfies never;
    }
  }

  #head(frame: FrameInfo, chunk: Buffer, at: number): number {
    const limit = Math.min(chunk.length, at + HEAD_BYTES_MAX - this.#headBytes);
    const end = findBlankLine(this.#scan, chunk, at, limit, true);
    const stop = end ?? limit;
    this.#headBytes += stop - at;
    if (end !== undefined) {
      this.#headRead(frame, chunk.subarray(at, end));
    } else if (this.#headBytes >= HEAD_BYTES_MAX) {
      this.failure = `head longer than ${HEAD_BYTES_MAX} bytes`;
      this.#headParts = [];
    } else {
      // A copy, so that the caller's chunk is not kept alive while the head is incomplete.
      this.#headParts.push(Buffer.from(chunk.subarray(at, stop)));
      if (this.#headParts.length > 64) this.#headParts = [Buffer.concat(this.#headParts)];
    }
    return stop;
  }

  #headRead(frame: FrameInfo, tail: Buffer): void {
    const whole = this.#headParts.length === 0 ? tail : Buffer.concat([...this.#headParts, tail]);
    this.#headParts = [];
    const failure = this.#side === 'client' ? this.#requestRead(frame, whole) : this.#responseRead(whole);
    if (failure === undefined) this.ended = true;
    else this.failure = failure;
  }

  #requestRead(frame: FrameInfo, bytes: Buffer): string | undefined {
    const head = readRequestHead(bytes);
    if ('failure' in head) return head.failure;
    if (this.#pair.awaiting.length >= AWAITING_MAX) return `more than ${AWAITING_MAX} requests without a response`;
    this.#pair.awaiting.push(head.kind);
    this.#pair.requests += 1;
    frame.request = this.#pair.requests;
    this.#expectBody(head.body);
    return undefined;
  }

  #responseRead(bytes: Buffer): string | undefined {
    const head = readResponseHead(bytes);
    if ('failure' in head) return head.failure;
    const interim = head.status < 200 && head.status !== 101;
    if (interim) return undefined;
    const request = this.#pair.awaiting.shift() ?? 'plain';
    if (head.status === 101) {
      this.#pair.deflate = head.deflate;
      this.#pair.protocol = this.#mayUpgrade && head.toWebSocket ? 'websocket' : 'tunnel';
    } else if (request === 'connect' && head.status < 300) {
      this.#pair.protocol = 'tunnel';
    } else if (request !== 'head' && head.status !== 204 && head.status !== 304) {
      this.#expectBody(head.body);
    }
    if (this.#state === 'head') this.#pair.answered += 1;
    return undefined;
  }

  #expectBody(body: BodyLength): void {
    if (body === 'chunked') this.#state = 'chunk-size';
    else if (body === 'until-close') this.#state = 'body-until-close';
    else if (body > 0) {
      this.#state = 'body';
      this.#left = body;
    }
  }

  #body(frame: FrameInfo, chunk: Buffer, at: number): number {
    frame.length ??= this.#left;
    const step = Math.min(this.#left, chunk.length - at);
    this.#left -= step;
    if (this.#left === 0) this.#messageEnds();
    return at + step;
  }

  #chunkSize(frame: FrameInfo, chunk: Buffer, at: number): number {
    const line = this.#size;
    while (at < chunk.length && !line.ended && this.failure === undefined) {
      this.failure = readSizeByte(line, chunk[at]!);
      at += 1;
    }
    if (!line.ended) return at;
    if (line.size === 0) {
      this.#state = 'trailers';
      this.#scan = { line: 'empty', sawLine: false };
      this.#headBytes = 0;
    } else {
      this.#state = 'chunk-data';
      this.#left = line.size + 2;
      frame.length = line.bytes + this.#left;
    }
    return at;
  }

  #chunkData(chunk: Buffer, at: number): number {
    const data = Math.min(Math.max(this.#left - 2, 0), chunk.length - at);
    this.#left -= data;
    at += data;
    while (at < chunk.length && this.#left > 0) {
      const expected = this.#left === 2 ? CR : LF;
      const right = chunk[at] === expected;
      this.#left -= 1;
      at += 1;
      if (!right) {
        this.failure = 'chunk data not followed by a line end';
        return at;
      }
    }
    if (this.#left === 0) {
      this.#state = 'chunk-size';
      this.ended = true;
    }
    return at;
  }

  #trailers(chunk: Buffer, at: number): number {
    const limit = Math.min(chunk.length, at + HEAD_BYTES_MAX - this.#headBytes);
    const end = findBlankLine(this.#scan, chunk, at, limit, false);
    const stop = end ?? limit;
    this.#headBytes += stop - at;
    if (end !== undefined) this.#messageEnds();
    else if (this.#headBytes >= HEAD_BYTES_MAX) this.failure = `trailers longer than ${HEAD_BYTES_MAX} bytes`;
    return stop;
  }

  #messageEnds(): void {
    this.#state = 'head';
    this.ended = true;
    if (this.#side === 'server') this.#pair.answered += 1;
  }

  /**
   * A client must wait for the 101 before it sends frames. One that does not is still understood: the
   * first byte of its frame has the high bit set, which no request head has.
   */
  #sendsFramesTooEarly(firstByte: number): boolean {
    return this.#mayUpgrade && this.#side === 'client' && firstByte >= 0x80 && this.#pair.awaiting.at(-1) === 'upgrade';
  }
}

interface BlankLineScan {
  line: 'empty' | 'carriage-return' | 'content';
  sawLine: boolean;
}

/** Offset after the blank line that ends a head, or undefined when it is not before `limit`. */
function findBlankLine(scan: BlankLineScan, chunk: Buffer, from: number, limit: number, skipLeading: boolean): number | undefined {
  let lineStart = from;
  while (lineStart < limit) {
    const newline = chunk.indexOf(LF, lineStart);
    const lineEnd = newline < 0 || newline >= limit ? limit : newline;
    scan.line = lineAfter(scan.line, chunk, lineStart, lineEnd);
    if (lineEnd === limit) return undefined;
    lineStart = newline + 1;
    if (scan.line === 'content') scan.sawLine = true;
    else if (scan.sawLine || !skipLeading) return lineStart;
    scan.line = 'empty';
  }
  return undefined;
}

function lineAfter(line: BlankLineScan['line'], chunk: Buffer, start: number, end: number): BlankLineScan['line'] {
  if (start === end) return line;
  const onlyCarriageReturn = line === 'empty' && end - start === 1 && chunk[start] === CR;
  return onlyCarriageReturn ? 'carriage-return' : 'content';
}

interface SizeLine {
  size: number;
  bytes: number;
  digits: number;
  insideDigits: boolean;
  ended: boolean;
}

function newSizeLine(): SizeLine {
  return { size: 0, bytes: 0, digits: 0, insideDigits: true, ended: false };
}

function readSizeByte(line: SizeLine, byte: number): string | undefined {
  line.bytes += 1;
  if (line.bytes > SIZE_LINE_BYTES_MAX) return `chunk size line longer than ${SIZE_LINE_BYTES_MAX} bytes`;
  const digit = line.insideDigits ? hexDigit(byte) : -1;
  if (digit >= 0) {
    line.digits += 1;
    line.size = line.size * 16 + digit;
    return line.size > Number.MAX_SAFE_INTEGER - SIZE_LINE_BYTES_MAX ? 'chunk longer than can be counted' : undefined;
  }
  if (line.digits === 0 || (line.insideDigits && !mayFollowSize(byte))) return 'chunk size is not a hexadecimal number';
  line.insideDigits = false;
  line.ended = byte === LF;
  return undefined;
}

function mayFollowSize(byte: number): boolean {
  return byte === CR || byte === LF || byte === 0x3b || byte === 0x20 || byte === 0x09;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Cheap check on the first byte, so that TLS or a binary protocol is noticed before 64 KiB have passed. */
function mayStartHead(side: Side, byte: number): boolean {
  if (side === 'server') return byte === 0x48;
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === CR || byte === LF;
}
