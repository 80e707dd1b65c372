// One stream of one child, from who writes it to who reads it, by way of the link:
//
//   source descriptor --> entry socket --> (proxy) --> exit socket --> outlet
//
// Little lies in between, so a writer whose reader does not read is blocked as it would be without us. While it is not
// known to read, the next bytes are taken only when those before have left both sockets, which the kernel tells. An end of the source
// passes as an end; a reader that has gone is passed back, and the writer gets its broken pipe.

import { Socket } from 'node:net';
import type { SocketConstructorOpts } from 'node:net';
import { handleOf } from '../exact/channel.ts';
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
/** Looks in a row without a pause of a millisecond: a proxy that runs has passed a chunk on in that time. */
const EAGER_LOOKS = 30;
const PAUSE_MS_MAX = 5;

export class Flow {
  readonly #settings: FlowSettings;
  readonly #outlet: Outlet;
  readonly #source: Socket;
  #sourceEnded = false;
  /** In a row, since the source was read. */
  #looks = 0;
  #look: NodeJS.Timeout | NodeJS.Immediate | undefined;

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
    this.#looks = 0;
    see?.(chunk);
    // The buffer is used again for the next read.
    if (entry.writable) entry.write(Buffer.from(chunk));
    return this.#mayReadOn();
  }

  /** Where not, it is looked again, or told, when it may. */
  #mayReadOn(): boolean {
    if (this.#isHeldUp()) return false;
    if (this.#outlet.isBeingRead || !this.#isOnItsWay()) return true;
    this.#lookLater();
    return false;
  }

  #isHeldUp(): boolean {
    return this.#settings.entry.writableLength > 0 || this.#outlet.isStuck;
  }

  /** What was taken last lies before the proxy, behind it, or before the reader. What a fault keeps is none of these. */
  #isOnItsWay(): boolean {
    const { entry, exit, kernel } = this.#settings;
    const [into, outOf] = [handleOf(entry), handleOf(exit)];
    if (this.#outlet.isWaiting || (into !== undefined && kernel.unsent(into.fd) > 0)) return true;
    return outOf !== undefined && kernel.unread(outOf.fd) > 0;
  }

  #lookLater(): void {
    const over = this.#looks - EAGER_LOOKS;
    this.#looks += 1;
    const again = (): void => {
      this.#look = undefined;
      this.#goOn();
    };
    this.#look = over < 0 ? setImmediate(again) : setTimeout(again, Math.min(PAUSE_MS_MAX, 1 + Math.floor(over / 20)));
  }

  #goOn(): void {
    if (this.#look !== undefined || this.#source.destroyed || !this.#mayReadOn()) return;
    this.#source.resume();
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
