// One stream of one child, from who writes it to who reads it, by way of the link:
//
//   source descriptor --> entry socket --> (proxy) --> exit socket --> outlet
//
// Little lies in between, so a writer whose reader does not read is blocked as it would be without us. An end of the source
// passes as an end; a reader that has gone is passed back, and the writer gets its broken pipe.

import { Socket } from 'node:net';
import type { SocketConstructorOpts } from 'node:net';
import type { Kernel } from '../exact/libc.ts';
import { Outlet } from './outlet.ts';

export interface FlowSettings {
  source: number;
  dest: number;
  entry: Socket;
  exit: Socket;
  kernel: Kernel;
  /** Shown what the source says. */
  see?: (chunk: Buffer) => void;
  sourceEnded?: () => void;
  /** An end has come to the reader's side. */
  delivered?: () => void;
  /** Nobody reads any more what the source says. */
  readerGone?: () => void;
}

const CHUNK_BYTES = 2048;

export class Flow {
  readonly #settings: FlowSettings;
  readonly #outlet: Outlet;
  readonly #source: Socket;
  #sourceEnded = false;

  constructor(settings: FlowSettings) {
    this.#settings = settings;
    this.#outlet = new Outlet(settings.dest, settings.kernel, { gone: () => this.#gone(), free: () => this.#free() });
    this.#source = readerOn(settings.source, (chunk) => this.#take(chunk));
    this.#watchSource();
    this.#watchEntry();
    this.#watchExit();
  }

  get isOver(): boolean {
    return this.#outlet.isClosed && this.#source.destroyed;
  }

  /** Taken from the source and not given to the reader yet, as far as this process knows. */
  get bytesInHand(): number {
    return this.#settings.entry.writableLength + this.#outlet.bytesWaiting;
  }

  /** To be called now and then: nobody tells of a reader that goes. */
  look(): void {
    this.#outlet.look();
    this.#goOn();
  }

  close(): void {
    this.#outlet.close();
    for (const socket of [this.#source, this.#settings.entry, this.#settings.exit]) socket.destroy();
  }

  /** Returns whether to read on. */
  #take(chunk: Buffer): boolean {
    const { entry, see } = this.#settings;
    see?.(chunk);
    // The buffer is used again for the next read.
    if (entry.writable) entry.write(Buffer.from(chunk));
    return !this.#isHeldUp();
  }

  #isHeldUp(): boolean {
    return this.#settings.entry.writableLength > 0 || this.#outlet.isStuck;
  }

  #goOn(): void {
    if (!this.#isHeldUp() && !this.#source.destroyed) this.#source.resume();
  }

  #watchSource(): void {
    const { entry, sourceEnded } = this.#settings;
    this.#source.on('error', () => {});
    this.#source.once('close', () => {
      this.#sourceEnded = true;
      sourceEnded?.();
      entry.end();
    });
    this.#source.once('end', () => this.#source.destroy());
  }

  #watchEntry(): void {
    const { entry, readerGone } = this.#settings;
    entry.on('drain', () => this.#goOn());
    entry.resume();
    // The other side never ends this connection while it reads.
    for (const event of ['end', 'close']) {
      entry.once(event, () => {
        if (this.#sourceEnded) return;
        readerGone?.();
        this.#source.destroy();
      });
    }
  }

  #watchExit(): void {
    const { exit, delivered } = this.#settings;
    exit.on('data', (chunk: Buffer) => {
      this.#outlet.put(chunk);
      if (this.#outlet.isWaiting) exit.pause();
    });
    let over = false;
    for (const event of ['end', 'close']) {
      exit.once(event, () => {
        if (over) return;
        over = true;
        if (!this.#outlet.isClosed) delivered?.();
        this.#outlet.end();
        if (event === 'end') exit.end();
      });
    }
    exit.resume();
  }

  #free(): void {
    this.#settings.exit.resume();
    this.#goOn();
  }

  /** The end goes the way back. */
  #gone(): void {
    this.#settings.exit.destroy();
  }
}

function readerOn(fd: number, take: (chunk: Buffer) => boolean): Socket {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const onread = { buffer, callback: (bytes: number) => take(buffer.subarray(0, bytes)) };
  return new Socket({ fd, readable: true, writable: false, onread } as SocketConstructorOpts);
}
