// One direction of a connection. Without toxics the bytes that were read are written in place: no copy, no
// timer, no promise. With toxics they are cut at frame boundaries and sent through the chain of stages.
//
//   source --(intake)--> frame watch --> chain of stages --> sink --> destination
//                                   \_______ no toxics _______/

import type { Socket } from 'node:net';
import { Chain } from './chain.ts';
import { handleOf } from '../exact/channel.ts';
import type { FrameWatch } from '../frames/inside/frame-watch.ts';
import type { Span } from '../frames/frame.ts';
import { Intake } from './intake.ts';
import type { ReadBudget } from './intake.ts';
import type { Direction, Item } from '../stream/item.ts';
import { loadKernel } from '../exact/kernel.ts';
import { Sink } from './sink.ts';
import type { Around, Surroundings } from './surroundings.ts';

/** Why the source is not read; reading goes on when no reason is left. */
const CONNECTING = 1;
const PRESSURE = 2;
const FROZEN = 4;
const THROTTLED = 8;
/** What was read has not been looked at to its end. */
const BUSY = 16;

/** Bytes waiting for the destination before the source is paused, besides what stages may hold. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** Of a pipe that must hold little; and what is read at once. */
const NARROW_BYTES = 4096;

/** What becomes of bytes that come from the source. */
type Mode =
  | 'relay'
  /** Read and forgotten, its end too: nothing passes any more. */
  | 'discard';

/** A first line that is for the upstream alone: it passes by the stages and is counted nowhere. */
interface Preamble {
  see: (bytes: Buffer) => void;
  passed: () => void;
}

/** Bytes of a fault's own making, as if the source had sent them. */
export interface PutIn {
  bytes: Buffer;
  /** Whether it is their turn; asked between two messages of the source. */
  due: () => boolean;
  /** They have been handed on, or can no longer be. */
  done: (reached: boolean) => void;
}

export class Pipe {
  readonly direction: Direction;
  readonly intake: Intake;
  readonly chain: Chain;
  bytesIn = 0;
  #chunks = 0;
  #mode: Mode = 'relay';
  /** Something has been discarded; who wants to know is told once. */
  #lost = false;
  #onLost: (() => void) | undefined;
  #stopped = CONNECTING;
  #throttle: { bytesPerSecond: number; timer: NodeJS.Timeout | undefined } | undefined;
  #watch: FrameWatch | undefined;
  #source: Socket | undefined;
  #dest: Socket | undefined;
  #sink: Sink | undefined;
  readonly #onHead: ((chunk: Buffer) => void) | undefined;
  #preamble: Preamble | undefined;
  #putIns: PutIn[] = [];
  /** It holds as little as it can, so that a writer whose reader does not read is blocked early. */
  readonly #narrow: boolean;
  readonly #surroundings: Surroundings | undefined;
  /** What is left of the last read; it lies in the intake's buffer. */
  #rest: Buffer | undefined;

  /** `onHead` is shown each chunk before it passes. */
  constructor(
    direction: Direction,
    {
      budget,
      onHead,
      preamble,
      narrow = false,
      surroundings,
    }: {
      budget: ReadBudget;
      onHead?: (chunk: Buffer) => void;
      preamble?: Preamble;
      narrow?: boolean;
      surroundings?: Surroundings | undefined;
    },
  ) {
    this.direction = direction;
    this.#onHead = onHead;
    this.#preamble = preamble;
    this.#narrow = narrow;
    this.#surroundings = surroundings;
    this.intake = new Intake(budget, (chunk) => this.#take(chunk));
    this.intake.bytesMax = this.#readBytesMax;
    this.chain = new Chain((item) => this.sink.take(item));
  }

  /** `onEnd` is told when an end goes out to the destination, `onWritten` after each write. */
  connect(
    source: Socket,
    dest: Socket,
    watch: FrameWatch | undefined,
    told: { onEnd: (how: 'fin' | 'closed') => void; onWritten: () => void },
  ): void {
    this.#source = source;
    this.#dest = dest;
    this.#watch = watch;
    this.#sink = new Sink(dest, told.onEnd, () => {
      told.onWritten();
      this.relieve();
    });
  }

  /** Begins to read the source. */
  start(): void {
    this.#unstop(CONNECTING);
  }

  get source(): Socket {
    return this.#source!;
  }

  get dest(): Socket {
    return this.#dest!;
  }

  get sink(): Sink {
    return this.#sink!;
  }

  get watch(): FrameWatch | undefined {
    return this.#watch;
  }

  get isDiscarding(): boolean {
    return this.#mode === 'discard';
  }

  /** What stands around this place of the stream, where that is kept. */
  around(byteOffset: number): Around | undefined {
    return this.#surroundings?.at(byteOffset);
  }

  get bytesOut(): number {
    return this.#sink?.bytesOut ?? 0;
  }

  get frames(): number {
    return this.#watch?.frames ?? 0;
  }

  /** The source has ended its stream. */
  end(): void {
    if (this.#mode === 'relay') this.batch(() => this.chain.accept({ kind: 'end' }));
    else this.#lose();
  }

  /** Something that happens behind all bytes that came before it, as far as stages keep the order. */
  pass(item: Item): void {
    if (this.#mode === 'relay') this.batch(() => this.chain.accept(item));
    else this.#lose();
  }

  /** Between two messages of the source, as soon as these are due. On a raw link there is no such place. */
  putIn(given: PutIn): void {
    this.#putIns.push(given);
    this.#putInDue();
  }

  /** What is emitted inside leaves in one write. */
  batch(work: () => void): void {
    const dest = this.dest;
    dest.cork();
    try {
      work();
    } finally {
      dest.uncork();
    }
    this.relieve();
  }

  /** Reads on if the destination has taken enough. */
  relieve(): void {
    if ((this.#stopped & PRESSURE) === 0 || this.dest.writableLength > 0) return;
    if (this.#heldBytes() > this.#heldBytesMax() / 2) return;
    this.#unstop(PRESSURE);
    if (this.#rest !== undefined) setImmediate(() => this.#goOn());
  }

  /** Nothing is read any more; what was read still passes. */
  freeze(): void {
    this.#stop(FROZEN);
  }

  thaw(): void {
    this.#unstop(FROZEN);
  }

  /** Nothing passes any more, what comes is read and forgotten. `onLost` is called once, when something was. */
  discard(onLost?: () => void): void {
    this.#mode = 'discard';
    this.#onLost = onLost;
    if (this.#lost || this.#heldBytes() > 0) this.#lose();
    this.chain.stop();
    this.sink.clear();
  }

  throttle(bytesPerSecond: number | undefined): void {
    clearTimeout(this.#throttle?.timer);
    this.#throttle = bytesPerSecond === undefined ? undefined : { bytesPerSecond, timer: undefined };
    const most = this.#readBytesMax ?? 64 * 1024;
    this.intake.bytesMax = bytesPerSecond ? Math.min(most, Math.max(1, Math.ceil(bytesPerSecond / 10))) : this.#readBytesMax;
    if (bytesPerSecond === 0) this.#stop(THROTTLED);
    else this.#unstop(THROTTLED);
  }

  #lose(): void {
    this.#lost = true;
    this.#onLost?.();
    this.#onLost = undefined;
  }

  /** What the source has sent and a throttle keeps us from reading; undefined where the kernel cannot be asked. */
  get bytesLeftUnread(): number | undefined {
    const kernel = loadKernel();
    if ('missing' in kernel) return undefined;
    const handle = (this.#stopped & THROTTLED) === 0 ? undefined : handleOf(this.source);
    return handle === undefined ? 0 : Math.max(0, kernel.unread(handle.fd));
  }

  /** The connection is gone. */
  close(): void {
    for (const { done } of this.#putIns.splice(0)) done(false);
    clearTimeout(this.#throttle?.timer);
    this.#rest = undefined;
    this.chain.stop();
    this.intake.release();
  }

  /** Returns whether to read on. */
  #take(given: Buffer): boolean {
    const chunk = this.#preamble === undefined || this.#mode === 'discard' ? given : this.#afterPreamble(given, this.#preamble);
    if (chunk.length === 0) return this.#stopped === 0;
    this.#chunks += 1;
    if (this.#mode === 'discard') {
      this.bytesIn += chunk.length;
      this.#lose();
      return true;
    }
    this.#onHead?.(chunk);
    if (this.#throttle !== undefined) this.#pauseFor(chunk.length);
    this.#work(chunk);
    return this.#stopped === 0;
  }

  /** Passes what was read, as far as it goes in one turn of the event loop: nothing is read before the rest has gone too. */
  #work(chunk: Buffer): void {
    // Between which messages something is put in is seen frame by frame.
    const spans = this.#watch?.spans(chunk, this.#putIns.length > 0 ? 1 : undefined);
    const end = spans?.at(-1)?.end ?? chunk.length;
    const part = end === chunk.length ? chunk : chunk.subarray(0, end);
    this.bytesIn += part.length;
    if (this.chain.isEmpty && this.sink.isIdle) this.#writeThrough(part, spans);
    else this.#sendThroughChain(part, spans);
    if (this.#putIns.length > 0) this.#putInDue();
    if (end === chunk.length) return;
    this.#rest = chunk.subarray(end);
    this.#stopped |= BUSY;
    if ((this.#stopped & PRESSURE) === 0) setImmediate(() => this.#goOn());
  }

  #putInDue(): void {
    for (let next = this.#putIns[0]; next !== undefined; next = this.#putIns[0]) {
      const reaches = this.#mode === 'relay' && !this.dest.destroyed && !this.dest.writableEnded;
      if (reaches && (this.#watch?.betweenMessages !== true || !next.due())) return;
      this.#putIns.shift();
      if (reaches) this.#sendOwn(next.bytes);
      next.done(reaches);
    }
  }

  #sendOwn(bytes: Buffer): void {
    for (let rest = bytes; rest.length > 0;) {
      const spans = this.#watch!.spans(rest);
      const part = rest.subarray(0, spans.at(-1)?.end ?? rest.length);
      rest = rest.subarray(part.length);
      this.bytesIn += part.length;
      this.#sendThroughChain(part, spans);
    }
  }

  #goOn(): void {
    const rest = this.#rest;
    if (rest === undefined || (this.#stopped & PRESSURE) !== 0) return;
    this.#rest = undefined;
    if (this.#mode === 'discard') this.#lose();
    else this.#work(rest);
    if (this.#rest === undefined) this.#unstop(BUSY);
  }

  /** What of these bytes comes behind the preamble. It is small, so the destination's buffer takes it as it is. */
  #afterPreamble(chunk: Buffer, preamble: Preamble): Buffer {
    const end = chunk.indexOf(0x0a) + 1;
    const head = Buffer.from(end === 0 ? chunk : chunk.subarray(0, end));
    this.dest.write(head);
    preamble.see(head);
    if (end > 0) {
      this.#preamble = undefined;
      preamble.passed();
    }
    return chunk.subarray(head.length);
  }

  #writeThrough(chunk: Buffer, spans: Span[] = []): void {
    for (const span of spans) this.#watch!.see(chunk, span);
    if (this.dest.destroyed) return;
    this.sink.write(chunk);
    // What the kernel has not taken at once still lies in the intake's buffer: no read before it is gone.
    if (this.dest.writableLength > 0) this.#stopped |= PRESSURE;
  }

  #sendThroughChain(chunk: Buffer, spans: Span[] | undefined): void {
    // Stages may keep their bytes, the intake's buffer is used again: so here is the one copy.
    const owned = Buffer.from(chunk);
    const offset = this.bytesIn - owned.length;
    const atMs = performance.now();
    this.#surroundings?.see(owned, offset);
    this.batch(() => {
      if (spans === undefined) {
        const whole = { frame: undefined, offsetInFrame: 0, first: true, last: true };
        this.chain.accept({ kind: 'data', data: owned, offset, chunk: this.#chunks, atMs, ...whole });
        return;
      }
      for (const span of spans) this.#sendSpan(owned, span, offset, atMs);
    });
    if (this.dest.writableLength + this.#heldBytes() > this.#heldBytesMax()) this.#stopped |= PRESSURE;
  }

  #sendSpan(owned: Buffer, span: Span, offset: number, atMs: number): void {
    this.#watch!.see(owned, span);
    if (this.#mode === 'discard') return;
    this.chain.accept({
      kind: 'data',
      data: owned.subarray(span.start, span.end),
      offset: offset + span.start,
      chunk: this.#chunks,
      atMs,
      frame: span.frame,
      offsetInFrame: span.offsetInFrame,
      first: span.first,
      last: span.last,
    });
  }

  #heldBytes(): number {
    return this.chain.heldBytes + this.sink.heldBytes;
  }

  get #readBytesMax(): number | undefined {
    return this.#narrow ? NARROW_BYTES : undefined;
  }

  #heldBytesMax(): number {
    return (this.#narrow ? NARROW_BYTES : WAITING_BYTES_MAX) + this.chain.holdBytesMax;
  }

  /** Pauses the source for as long as these bytes may take at the given rate. */
  #pauseFor(bytes: number): void {
    const throttle = this.#throttle!;
    if (throttle.bytesPerSecond === 0) return;
    this.#stopped |= THROTTLED;
    throttle.timer = setTimeout(() => this.#unstop(THROTTLED), (bytes / throttle.bytesPerSecond) * 1000);
  }

  #stop(reason: number): void {
    this.#stopped |= reason;
    this.#source?.pause();
  }

  #unstop(reason: number): void {
    const before = this.#stopped;
    this.#stopped &= ~reason;
    if (before !== 0 && this.#stopped === 0 && this.#source !== undefined && !this.#source.destroyed) this.#source.resume();
  }
}
