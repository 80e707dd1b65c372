// The named ways to end a connection, so that the peer sees exactly that end. Closing a socket with unread data is a reset
// on TCP and ECONNRESET on Unix. So a clean end must first take what the peer still sends, and a Unix reset must leave it
// unread.

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { handleOf, isTcp } from './channel.ts';
import { loadKernel } from './kernel.ts';

export type Ending = 'fin' | 'rst' | 'half-close';

export interface EndReport {
  /** What the peer saw: 'eof' is a Unix "reset" that had no unread data to make it one; 'gone': it was closed before. */
  outcome: Ending | 'eof' | 'gone';
}

export interface EndOptions {
  /** For how long a clean end waits for the peer's own end, and a Unix reset for something to leave unread. */
  graceMs?: number;
}

const GRACE_MS = 250;

export async function endConnection(socket: Socket, how: Ending, options: EndOptions = {}): Promise<EndReport> {
  if (socket.destroyed) return { outcome: 'gone' };
  // The owner learns of the end from this report; a late ECONNRESET or EPIPE must not end the process.
  socket.on('error', ignore);
  switch (how) {
    case 'half-close':
      return halfClose(socket, options.graceMs ?? GRACE_MS);
    case 'fin':
      return finish(socket, options.graceMs ?? GRACE_MS);
    case 'rst':
      return isTcp(socket) ? resetTcp(socket) : resetUnix(socket, options.graceMs ?? 0);
    default:
      return how satisfies never;
  }
}

async function halfClose(socket: Socket, graceMs: number): Promise<EndReport> {
  socket.end();
  await untilState(socket, () => socket.writableFinished || socket.destroyed, graceMs);
  return { outcome: socket.writableFinished ? 'half-close' : 'gone' };
}

/** FIN, then take and drop what the peer sends until it ends too or the grace is over. */
async function finish(socket: Socket, graceMs: number): Promise<EndReport> {
  socket.removeAllListeners('data').removeAllListeners('readable').unpipe();
  socket.end();
  socket.resume();
  await untilState(socket, () => socket.destroyed || (socket.writableFinished && socket.readableEnded), graceMs);
  const outcome = socket.errored === null ? 'fin' : 'gone';
  await destroy(socket);
  return { outcome };
}

async function resetTcp(socket: Socket): Promise<EndReport> {
  const outcome = resetNow(socket);
  await destroy(socket);
  return { outcome };
}

/**
 * Where an end is on its way (`end()` was called and the peer does not take what comes before it) libuv refuses
 * a reset with EINVAL, and Node then neither closes the descriptor nor says 'close'. There the kernel is asked
 * to make the close a reset; without it the close is what it is.
 */
function resetNow(socket: Socket): 'rst' | 'fin' {
  const ending = socket.writableEnded && !socket.writableFinished;
  if (socket.connecting || !ending) {
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
    return 'rst';
  }
  const kernel = loadKernel();
  const handle = handleOf(socket);
  const resets = !('missing' in kernel) && handle !== undefined && kernel.resetOnClose(handle.fd) === 0;
  socket.destroy();
  return resets ? 'rst' : 'fin';
}

async function resetUnix(socket: Socket, graceMs: number): Promise<EndReport> {
  const kernel = loadKernel();
  stopReading(socket);
  const hasUnread = () => {
    const handle = handleOf(socket);
    return !('missing' in kernel) && handle !== undefined && kernel.unread(handle.fd) > 0;
  };
  const end = performance.now() + graceMs;
  // Between two looks for a byte that lies unread, for `graceMs` at most: over Unix that alone makes the close a reset.
  while (!hasUnread() && !socket.destroyed && performance.now() < end) await sleep(1);
  const outcome = hasUnread() ? 'rst' : 'eof';
  await destroy(socket);
  return { outcome };
}

/** Leaves what the peer sends from now on in the kernel's queue; `pause()` alone reads on into Node's buffer. */
export function stopReading(socket: Socket): void {
  socket.pause();
  const handle = handleOf(socket);
  if (handle === undefined) return;
  handle.reading = false;
  handle.readStop();
}

function destroy(socket: Socket): Promise<void> {
  socket.destroy();
  return untilState(socket, () => socket.closed, GRACE_MS);
}

/** Waits for a state that one of the socket's events brings about, for at most `boundMs`. */
function untilState(socket: Socket, reached: () => boolean, boundMs: number): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer);
      for (const event of STATE_EVENTS) socket.off(event, look);
      resolve();
    };
    const look = () => {
      if (reached()) settle();
    };
    const timer = setTimeout(settle, boundMs);
    for (const event of STATE_EVENTS) socket.on(event, look);
    look();
  });
}

const STATE_EVENTS = ['finish', 'end', 'close'];

function ignore(): void {}
