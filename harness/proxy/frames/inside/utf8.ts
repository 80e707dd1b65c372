// Is text UTF-8, piece after piece? A character may be spread over pieces, so its beginning is kept until the rest comes.
import { isUtf8 } from 'node:buffer';

/** Bytes of the longest character (RFC 3629, section 3). */
const CHARACTER_BYTES_MAX = 4;

/** The bytes that begin no character, at most 4 of them, and how many bytes of the text stand before them. */
export interface WrongBytes {
  at: number;
  bytes: Buffer;
}

export class Utf8Text {
  #kept: Buffer = Buffer.alloc(0);
  /** Bytes of the text before the kept ones. */
  #passed = 0;

  /** The first wrong bytes, once. What comes behind them is not to be shown. */
  push(piece: Buffer): WrongBytes | undefined {
    const text = this.#kept.length === 0 ? piece : Buffer.concat([this.#kept, piece]);
    const whole = text.length - openAtEnd(text);
    if (!isUtf8(text.subarray(0, whole))) return this.#wrong(text, firstWrong(text));
    this.#kept = Buffer.from(text.subarray(whole));
    this.#passed += whole;
    return undefined;
  }

  /** The text has ended: a character that has not come to its end is wrong. */
  end(): WrongBytes | undefined {
    return this.#kept.length === 0 ? undefined : this.#wrong(this.#kept, 0);
  }

  #wrong(text: Buffer, at: number): WrongBytes {
    return { at: this.#passed + at, bytes: Buffer.from(text.subarray(at, at + CHARACTER_BYTES_MAX)) };
  }
}

/** How many bytes at the end begin a character whose last byte has not come. */
function openAtEnd(text: Buffer): number {
  for (let back = 1; back < CHARACTER_BYTES_MAX && back <= text.length; back += 1) {
    const byte = text[text.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    return characterLength(byte) > back ? back : 0;
  }
  return 0;
}

function characterLength(first: number): number {
  if (first < 0xc2) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
}

/** Halves the text until the shortest beginning is found that is wrong. */
function firstWrong(text: Buffer): number {
  let [right, wrong] = [0, text.length];
  while (wrong - right > 1) {
    const middle = (right + wrong) >>> 1;
    if (isUtf8(text.subarray(0, middle - openAtEnd(text.subarray(0, middle))))) right = middle;
    else wrong = middle;
  }
  return right - openAtEnd(text.subarray(0, right));
}
