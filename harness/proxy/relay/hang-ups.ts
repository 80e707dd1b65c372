// Peers whose stream has ended and who may go altogether. Node looks no more at a socket whose stream has ended, so it
// learns only from a failed write that nobody is there. The kernel tells at once (poll(2)):
//
//   Unix   POLLHUP: the peer has closed, where a shutdown of its writing side alone shows POLLRDHUP
//   TCP    POLLERR or POLLHUP: the peer has answered a byte with RST. An end alone never tells a close from a half-close

import type { Socket } from 'node:net';
import { handleOf } from '../exact/channel.ts';
import { loadKernel } from '../exact/kernel.ts';

/** A peer that goes later is noticed within so long, or with the next write. */
const LOOK_EVERY_MS = 5;

/** Whether nobody reads any more what is written here. Never where the kernel cannot be asked: then each end is a half-close. */
export function hasHungUp(socket: Socket): boolean {
  // Once both ways have ended the kernel says the same, and there is nothing to tell apart.
  if (socket.destroyed || socket.writableEnded) return false;
  const kernel = loadKernel();
  const handle = 'missing' in kernel ? undefined : handleOf(socket);
  return !('missing' in kernel) && handle !== undefined && kernel.hungUp(handle.fd);
}

export class HangUps {
  readonly #watched = new Map<Socket, () => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Tells once when the peer has hung up; until then, or until the socket is closed, it is looked at. */
  watch(socket: Socket, told: () => void): void {
    if (socket.destroyed || 'missing' in loadKernel()) return;
    this.#watched.set(socket, told);
    socket.once('close', () => this.#forget(socket));
    this.#timer ??= setInterval(() => this.#lookAtAll(), LOOK_EVERY_MS);
  }

  look(socket: Socket): void {
    const told = this.#watched.get(socket);
    if (told === undefined || !hasHungUp(socket)) return;
    this.#forget(socket);
    told();
  }

  #lookAtAll(): void {
    for (const socket of this.#watched.keys()) this.look(socket);
  }

  #forget(socket: Socket): void {
    this.#watched.delete(socket);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
