// A live socket the way exact writes need it. Its sends bypass Node's queue. It answers one question from the kernel's
// queues: has the peer read everything? (docs/explanation/faults.md, "Exactness of a split")

import { fstatSync } from 'node:fs';
import type { Socket } from 'node:net';
import { isBusy, PEER_GONE } from './kernel.ts';
import type { Endpoint, Kernel, TcpPeerLook } from './libc.ts';
import { DONE, NOT_YET } from './turn.ts';
import type { Look } from './turn.ts';

export interface Channel {
  /** What DONE of `isRead` proves: that the peer has read, or only that its kernel has acknowledged. */
  sees: 'reading' | 'acknowledgement';
  /** Bytes taken, 0 when there is no room now, or a negative errno. */
  send: (data: Buffer, start: number, end: number) => number;
  /** The same, after which the kernel ends the peer's read. Unix sockets only. */
  sendMarked: ((data: Buffer, start: number, end: number) => number) | undefined;
  isRead: () => Look;
}

/**
 * Looks at a Unix socket's queue that must find it empty in a row: the bytes leave the queue a moment
 * before the reader has left its read call.
 */
const ZERO_LOOKS = 100;
/**
 * Looks at an unacknowledged TCP queue before asking the peer's own counter, which costs ten looks: many
 * while acknowledgements come at once, few when they are delayed (by up to 40 ms, to a peer that answers).
 */
const UNACKNOWLEDGED_LOOKS = 100;
const UNACKNOWLEDGED_LOOKS_DELAYED = 10;

/** The socket must be connected and have nothing queued in Node. */
export function openChannel(socket: Socket, kernel: Kernel): Channel | 'gone' {
  const handle = handleOf(socket);
  const channel = handle === undefined ? undefined : channelOn(socket, handle, kernel);
  return channel === undefined ? 'gone' : guarded(channel, () => handleOf(socket) === handle);
}

function channelOn(socket: Socket, handle: NodeHandle, kernel: Kernel): Channel | undefined {
  const { fd } = handle;
  const send: Channel['send'] = (data, start, end) => kernel.send(fd, data, start, end);
  const base = { send, sendMarked: undefined, sees: 'reading' } as const;
  if (fstatSync(fd).isFIFO()) {
    const write: Channel['send'] = (data, start, end) => kernel.write(fd, data, start, end);
    return { ...base, send: write, isRead: () => pipeIsRead(kernel, fd) };
  }
  if (!isTcp(socket)) {
    const sendMarked: Channel['send'] = (data, start, end) => kernel.sendWithDescriptor(fd, data, start, end);
    return { ...base, sendMarked, isRead: () => unixIsRead(kernel, fd) };
  }
  const ends = tcpEnds(handle);
  if (ends === undefined) return undefined;
  // Else the kernel holds a small slice back until the one before is acknowledged.
  socket.setNoDelay(true);
  const peer = kernel.tcpPeer(ends.local, ends.remote);
  if (peer.unread() === undefined) {
    return { ...base, sees: 'acknowledgement', isRead: () => tcpIsAcknowledged(kernel, fd) };
  }
  return { ...base, ...tcpWatched(kernel, fd, peer, send) };
}

/** A closed descriptor's number is given to the next connection: never touch it once the handle has gone. */
function guarded(channel: Channel, isOpen: () => boolean): Channel {
  const taken =
    (send: Channel['send']): Channel['send'] =>
    (data, start, end) => {
      if (!isOpen()) return PEER_GONE;
      const sent = send(data, start, end);
      return isBusy(sent) ? 0 : sent;
    };
  return {
    ...channel,
    send: taken(channel.send),
    sendMarked: channel.sendMarked === undefined ? undefined : taken(channel.sendMarked),
    isRead: () => (isOpen() ? channel.isRead() : PEER_GONE),
  };
}

/** Node's own handle; its `fd` is the descriptor, -1 before and after the connection's life. */
export function handleOf(socket: Socket): NodeHandle | undefined {
  const handle = (socket as unknown as { _handle: NodeHandle | null })._handle;
  return handle === null || handle.fd < 0 ? undefined : handle;
}

export interface NodeHandle {
  readonly fd: number;
  readonly writeQueueSize: number;
  reading: boolean;
  readStop(): number;
  /** TCP only; they fill in the object and answer 0 or a negative errno. */
  getsockname?(into: Partial<Endpoint>): number;
  getpeername?(into: Partial<Endpoint>): number;
}

export function isTcp(socket: Socket): boolean {
  return handleOf(socket)?.constructor.name === 'TCP';
}

/**
 * Undefined once the peer has reset the connection. Asked of the handle, since Node's own properties stay
 * empty for good when somebody read them before the connection was made.
 */
function tcpEnds(handle: NodeHandle): { local: Endpoint; remote: Endpoint } | undefined {
  const local: Partial<Endpoint> = {};
  const remote: Partial<Endpoint> = {};
  if (handle.getsockname?.(local) !== 0 || handle.getpeername?.(remote) !== 0) return undefined;
  return { local: local as Endpoint, remote: remote as Endpoint };
}

/** The reader holds the pipe's lock while it reads, so an empty pipe means that the read call is over. */
function pipeIsRead(kernel: Kernel, fd: number): Look {
  const unread = kernel.unread(fd);
  if (unread === 0) return DONE;
  return unread > 0 && kernel.hungUp(fd) ? PEER_GONE : Math.min(unread, NOT_YET);
}

function unixIsRead(kernel: Kernel, fd: number): Look {
  for (let look = 0; look < ZERO_LOOKS; look += 1) {
    const unread = kernel.unsent(fd);
    if (unread !== 0) return Math.min(unread, NOT_YET);
  }
  // A peer that closes empties the queue as well.
  return kernel.hungUp(fd) ? PEER_GONE : DONE;
}

function tcpIsAcknowledged(kernel: Kernel, fd: number): Look {
  if (kernel.hungUp(fd)) return PEER_GONE;
  const unacknowledged = kernel.unsent(fd);
  return unacknowledged === 0 ? DONE : Math.min(unacknowledged, NOT_YET);
}

/**
 * Two conditions, in this order: everything has arrived in the peer's socket, and its queue is empty. The
 * queue alone does not count bytes in the socket's backlog. "Arrived" is seen from an empty send queue or,
 * where acknowledgements are delayed (a peer that also answers), from the peer's own count of bytes.
 */
function tcpWatched(kernel: Kernel, fd: number, peer: TcpPeerLook, sendPlain: Channel['send']): Pick<Channel, 'send' | 'isRead'> {
  let written = kernel.tcpWritten(fd);
  let looks = 0;
  let looksMax = UNACKNOWLEDGED_LOOKS;
  const hasArrived = (): Look => {
    const unacknowledged = kernel.unsent(fd);
    if (unacknowledged <= 0) {
      looksMax = UNACKNOWLEDGED_LOOKS;
      return unacknowledged === 0 ? DONE : unacknowledged;
    }
    looks += 1;
    if (looks < looksMax) return NOT_YET;
    const received = peer.received();
    if (received === undefined) return PEER_GONE;
    if (written === undefined || received < written) return NOT_YET;
    looksMax = UNACKNOWLEDGED_LOOKS_DELAYED;
    return DONE;
  };
  return {
    send(data, start, end) {
      const sent = sendPlain(data, start, end);
      if (written !== undefined && sent > 0) written += sent;
      looks = 0;
      return sent;
    },
    isRead() {
      const arrived = hasArrived();
      if (arrived !== DONE) return arrived;
      const unread = peer.unread();
      if (unread === undefined) return PEER_GONE;
      return unread === 0 ? DONE : NOT_YET;
    },
  };
}
