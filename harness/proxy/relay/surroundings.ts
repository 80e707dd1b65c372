// The bytes around a hit, of a direction whose link has no framing: there no frame tells what a fault acted on. Kept are the chunk that
// is on its way through the stages and the end of what came before it. Where no toxic is, nothing passes here.

/** On each side. Who shows them shows fewer: a secret that begins or ends outside must be seen whole to be replaced. */
const EACH_SIDE_BYTES = 1024;

export interface Around {
  bytes: Buffer;
  /** How many of them stand before the hit. */
  at: number;
}

export class Surroundings {
  #before: Buffer = Buffer.alloc(0);
  #chunk: Buffer = Buffer.alloc(0);
  #offset = 0;

  /** `chunk` is nobody else's: it is kept until the next one comes. `offset`: of its first byte in the stream. */
  see(chunk: Buffer, offset: number): void {
    const isNext = offset === this.#offset + this.#chunk.length;
    // A copy of the end: the whole chunk may be large.
    this.#before = isNext
      ? Buffer.concat([this.#before, this.#chunk.subarray(-EACH_SIDE_BYTES)]).subarray(-EACH_SIDE_BYTES)
      : Buffer.alloc(0);
    this.#chunk = chunk;
    this.#offset = offset;
  }

  /** Undefined where that place has gone by, or was not seen. */
  at(byteOffset: number): Around | undefined {
    const whole = Buffer.concat([this.#before, this.#chunk.subarray(0, Math.max(0, byteOffset - this.#offset) + EACH_SIDE_BYTES)]);
    const from = this.#offset - this.#before.length;
    const at = byteOffset - from;
    if (whole.length === 0 || at < 0 || at > whole.length) return undefined;
    const start = Math.max(0, at - EACH_SIDE_BYTES);
    return { bytes: whole.subarray(start, at + EACH_SIDE_BYTES), at: at - start };
  }
}
