// How bytes are read from a socket without a copy and without garbage. Node reads into a buffer of ours (net's `onread`),
// which is used again once its bytes are written. The buffer grows while reads fill it, as long as all buffers of the
// server together stay within a budget.

import type { OnReadOpts } from 'node:net';

/** Bytes that all large read buffers of one server may still take. */
export interface ReadBudget {
  leftBytes: number;
}

const SMALL_BYTES = 16 * 1024;
const LARGE_BYTES = 512 * 1024;

export function newReadBudget(): ReadBudget {
  return { leftBytes: 64 * 1024 * 1024 };
}

export class Intake {
  /** Reads at most so many bytes at once while set. */
  bytesMax: number | undefined;
  readonly onread: OnReadOpts;
  readonly #budget: ReadBudget;
  #buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);
  #borrowedBytes = 0;
  #wasFull = false;

  /** `take` must have done with the bytes when it returns, or return false and resume reading only then. */
  constructor(budget: ReadBudget, take: (chunk: Buffer) => boolean) {
    this.#budget = budget;
    this.onread = {
      buffer: () => this.#next(),
      callback: (bytes: number, buffer: Uint8Array) => {
        this.#wasFull = bytes === this.#buffer.length;
        return take((buffer as Buffer).subarray(0, bytes));
      },
    };
  }

  release(): void {
    this.#budget.leftBytes += this.#borrowedBytes;
    this.#borrowedBytes = 0;
  }

  #next(): Buffer {
    if (this.#wasFull) this.#grow();
    return this.bytesMax === undefined ? this.#buffer : this.#buffer.subarray(0, Math.min(this.bytesMax, this.#buffer.length));
  }

  #grow(): void {
    this.#wasFull = false;
    if (this.#buffer.length >= LARGE_BYTES || this.#budget.leftBytes < LARGE_BYTES) return;
    this.#budget.leftBytes -= LARGE_BYTES;
    this.#borrowedBytes = LARGE_BYTES;
    this.#buffer = Buffer.allocUnsafeSlow(LARGE_BYTES);
  }
}
