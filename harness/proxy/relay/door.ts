// A proxy's way in: its listening socket, which a toxic may shut so that diallers are refused, and the connections that the
// kernel has accepted and a toxic leaves alone.

import type { Socket } from 'node:net';
import type { ArmedToxic } from '../toxics/base/toxic.ts';
import { AddressError, addressText, parseAddress, resolved } from './address.ts';
import { openListener } from './listener.ts';
import type { Listener, ListenerEvents } from './listener.ts';

/** Accepted by the kernel and left alone, with the toxic that wants it so. */
interface Unserviced {
  readonly socket: Socket;
  readonly ordinal: number;
  readonly toxic: ArmedToxic;
}

/** A port that was given up for a while may be taken for a moment by somebody's outgoing connection. */
const REOPEN_TRIES = 40;
const REOPEN_PAUSE_MS = 25;
const CLOSED_WITHIN_MS = 1000;

export class Door {
  #listener: Listener | undefined;
  /** It has stopped listening, and its socket file is still there. */
  #shut: Listener | undefined;
  #unserviced: Unserviced[] = [];

  get isOpen(): boolean {
    return this.#listener !== undefined;
  }

  /** Gives the address with its real port. @throws AddressError */
  async open(listen: string, events: ListenerEvents): Promise<string> {
    const wanted = await withListenWords(async () => resolved(parseAddress(listen)));
    this.#listener = await openListener(wanted, events);
    this.#shut = undefined;
    return addressText(this.#listener.address);
  }

  /** Frees the address, and lets go of everybody who was left alone. */
  close(): void {
    (this.#listener ?? this.#shut)?.close();
    this.#listener = undefined;
    this.#shut = undefined;
    for (const { socket } of this.#unserviced.splice(0)) socket.destroy();
  }

  /** From now on diallers are refused. */
  shut(): void {
    if (this.#listener === undefined) return;
    this.#listener.closeRefusing();
    this.#shut = this.#listener;
    this.#listener = undefined;
  }

  leaveAlone(unserviced: Unserviced): void {
    this.#unserviced.push(unserviced);
  }

  /** Those that this toxic has left alone, who are the caller's from now on. */
  takeLeftAlone(toxic: ArmedToxic): readonly Unserviced[] {
    const taken = this.#unserviced.filter((each) => each.toxic === toxic);
    this.#unserviced = this.#unserviced.filter((each) => each.toxic !== toxic);
    return taken;
  }

  /** Closes a connection that nobody has dialled for; only TCP has a reset. */
  turnAway(socket: Socket, how: 'fin' | 'rst'): void {
    if (how === 'rst' && this.#listener?.address.transport === 'tcp') socket.resetAndDestroy();
    else closeCleanly(socket);
  }
}

/** Calls `open` until it succeeds, for about a second. @throws what it threw last */
export async function reopening(open: () => Promise<void>): Promise<void> {
  for (let left = REOPEN_TRIES; ; left -= 1) {
    try {
      await open();
      return;
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
    }
  }
}

async function withListenWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AddressError) throw new AddressError(`listen tcp: ${error.message}`);
    throw error;
  }
}

/** What the peer has sent is taken first, or closing would be a reset. */
function closeCleanly(socket: Socket): void {
  socket.end();
  socket.resume();
  socket.once('end', () => socket.destroy());
  setTimeout(() => socket.destroy(), CLOSED_WITHIN_MS).unref();
}
