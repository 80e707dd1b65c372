// Where bytes leave us: the parent's end of a child's stdout or stderr, or the child's end of its stdin. One chunk lies there
// at a time, and the next one follows when it has been read. So the reader sees the chunks as they came, and what nobody
// reads stays with who wrote it, as in a pipe without us between.

import fs from 'node:fs';
import { isBusy } from '../exact/kernel.ts';
import type { Kernel } from '../exact/libc.ts';

export interface OutletEvents {
  /** Nobody can read any more. */
  gone(): void;
  /** Everything has been read; more is welcome. */
  free(): void;
}

/** Looks in a row without a pause of a millisecond: a reader that reads answers in that time. */
const EAGER_LOOKS = 30;
/** After so many the writer is held up: a reader that just now does something else finds enough on its way to it. */
const STUCK_LOOKS = 2;
const PAUSE_MS_MAX = 5;
/** The bytes leave a socket's queue a moment before its reader has left its read call. */
const ZERO_LOOKS = 100;

export class Outlet {
  readonly #fd: number;
  readonly #isPipe: boolean;
  readonly #kernel: Kernel;
  readonly #events: OutletEvents;
  #queue: Buffer[] = [];
  #looks = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #ending = false;
  #closed = false;
  #hasWritten = false;
  #isBeingRead = false;

  /** The descriptor is ours alone from now on; its open file may be shared, so its flags stay as they are. */
  constructor(fd: number, kernel: Kernel, events: OutletEvents) {
    this.#isPipe = fs.fstatSync(fd).isFIFO();
    this.#fd = this.#isPipe ? reopened(fd) : fd;
    this.#kernel = kernel;
    this.#events = events;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Bytes wait, and whoever should read does not read at once. */
  get isStuck(): boolean {
    return this.#queue.length > 0 && this.#looks > STUCK_LOOKS;
  }

  /** What was written before has been read, and since then nothing has got stuck. */
  get isBeingRead(): boolean {
    return this.#isBeingRead;
  }

  get isWaiting(): boolean {
    return this.#queue.length > 0;
  }

  get bytesWaiting(): number {
    return this.#queue.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  put(chunk: Buffer): void {
    if (this.#closed) return;
    this.#queue.push(chunk);
    if (this.#queue.length === 1) this.#pump();
  }

  /** Closes behind the last byte. */
  end(): void {
    this.#ending = true;
    if (this.#queue.length === 0) this.close();
  }

  /** Whether somebody can still read; to be asked now and then. */
  look(): void {
    if (!this.#closed && this.#kernel.hungUp(this.#fd)) this.#lost();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queue = [];
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
    fs.closeSync(this.#fd);
  }

  #pump(): void {
    while (!this.#closed && this.#queue.length > 0) {
      const chunk = this.#queue[0]!;
      const isRead = this.#isRead();
      const written = isRead ? this.#write(chunk) : 0;
      if (isRead && this.#hasWritten) this.#isBeingRead = true;
      if (written > 0) this.#hasWritten = true;
      if (written < 0) return this.#lost();
      if (written === 0) return this.#later();
      this.#looks = 0;
      if (written === chunk.length) this.#queue.shift();
      else this.#queue[0] = chunk.subarray(written);
    }
    if (this.#closed) return;
    if (this.#ending) this.close();
    else this.#events.free();
  }

  /** Bytes taken, 0 when there is no room now, negative when nobody reads. */
  #write(chunk: Buffer): number {
    const write = this.#isPipe ? this.#kernel.write : this.#kernel.send;
    const result = write(this.#fd, chunk, 0, chunk.length);
    return isBusy(result) ? 0 : result;
  }

  #isRead(): boolean {
    if (this.#isPipe) return this.#kernel.unread(this.#fd) <= 0;
    for (let look = 0; look < ZERO_LOOKS; look += 1) if (this.#kernel.unsent(this.#fd) > 0) return false;
    return true;
  }

  #later(): void {
    this.#looks += 1;
    if (this.#looks > STUCK_LOOKS) this.#isBeingRead = false;
    const again = (): void => this.#pump();
    const over = this.#looks - EAGER_LOOKS;
    this.#timer = over < 0 ? setImmediate(again) : setTimeout(again, Math.min(PAUSE_MS_MAX, 1 + Math.floor(over / 20)));
  }

  #lost(): void {
    this.close();
    this.#events.gone();
  }
}

/** An open file of our own on the same pipe, so that ours alone does not wait. */
function reopened(fd: number): number {
  const own = fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  fs.closeSync(fd);
  return own;
}
