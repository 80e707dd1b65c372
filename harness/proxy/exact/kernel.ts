// The one native file: what exact splits need and Node does not offer. It works on Linux on x64 and arm64 only, over
// koffi's prebuilt library, which is loaded at the first use. If it does not load, the caller is told why and has to pace
// instead.
//
// Calls answer like system calls do inside the kernel: a number >= 0, or a negative errno.

import { openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isIPv6 } from 'node:net';
import { constants } from 'node:os';

export interface Kernel {
  /** Socket: bytes we sent that the peer's kernel has not acknowledged (TCP) or the peer has not read (Unix, in memory units). */
  unsent(fd: number): number;
  /** Bytes that lie unread: in our receive queue, or in a pipe, seen from either end. */
  unread(fd: number): number;
  send(fd: number, data: Buffer, start: number, end: number): number;
  /** Unix sockets: the same with a descriptor of /dev/null attached, after which the kernel ends a read. */
  sendWithDescriptor(fd: number, data: Buffer, start: number, end: number): number;
  /** Pipes; `send` works on sockets only. */
  write(fd: number, data: Buffer, start: number, end: number): number;
  /** Closing this TCP socket is from now on a reset (SO_LINGER with no time). */
  resetOnClose(fd: number): number;
  /** True when nobody can read any more what we write: the peer closed or reset (poll's HUP and ERR). */
  hungUp(fd: number): boolean;
  /** True when the kernel would take a byte more (poll's OUT). */
  writable(fd: number): boolean;
  /** All payload bytes ever given to this TCP socket; undefined on a kernel before 4.19. */
  tcpWritten(fd: number): number | undefined;
  /** Looks at the other end of a TCP connection, as far as it lives in this network namespace. */
  tcpPeer(local: Endpoint, remote: Endpoint): TcpPeerLook;
}

export interface Endpoint {
  address: string;
  port: number;
}

export interface TcpPeerLook {
  /** Bytes the peer's application has not read, or undefined where there is no such socket (any more). */
  unread(): number | undefined;
  /** All payload bytes that the peer's kernel has ever received in order on this connection. */
  received(): number | undefined;
}

const { EAGAIN, ECONNRESET, EINTR, ENOBUFS, ENOTCONN, EPIPE } = constants.errno;
/** In-flight descriptors are limited for users without privileges; the limit eases as the peer reads. */
const ETOOMANYREFS = 109;

/** True for an error that passes when the peer reads. */
export function isBusy(result: number): boolean {
  return result === -EAGAIN || result === -EINTR || result === -ENOBUFS || result === -ETOOMANYREFS;
}

export function isPeerGone(result: number): boolean {
  return result === -EPIPE || result === -ECONNRESET || result === -ENOTCONN;
}

/** The answer of a call that found the peer gone without asking the kernel. */
export const PEER_GONE = -EPIPE;

export interface KernelMissing {
  missing: string;
}

const loaded: { kernel?: Kernel | KernelMissing } = {};

/** TORNWIRE_NO_NATIVE=1 refuses the library, so that the fallback can be tried anywhere. */
export function loadKernel(): Kernel | KernelMissing {
  if (process.env['TORNWIRE_NO_NATIVE'] === '1') return { missing: 'TORNWIRE_NO_NATIVE is set' };
  loaded.kernel ??= load();
  return loaded.kernel;
}

function load(): Kernel | KernelMissing {
  if (process.platform !== 'linux') return { missing: `platform is ${process.platform}, only Linux is supported` };
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return { missing: `architecture is ${process.arch}, only x64 and arm64 are supported` };
  try {
    return kernelOver(createRequire(import.meta.url)('koffi') as Koffi);
  } catch (error) {
    return { missing: `koffi does not load: ${(error as Error).message}` };
  }
}

/** The part of koffi's interface that is used here. */
interface Koffi {
  load(path: null): { func(definition: string): (...args: unknown[]) => number };
  address(value: Buffer): bigint;
  errno(): number;
}

const POLLOUT = 4;
const SIOCOUTQ = 0x5411;
const FIONREAD = 0x541b;
const SEND_FLAGS = 0x4000 | 0x40; // MSG_NOSIGNAL | MSG_DONTWAIT
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const SOL_TCP = 6;
const TCP_INFO = 11;
/** Smaller slices are copied beside the message header, whose address is known; larger ones are sent in place. */
const STAGE_BYTES = 4096;

function kernelOver(koffi: Koffi): Kernel {
  const libc = koffi.load(null);
  const ioctl = libc.func('int ioctl(int, unsigned long, uintptr_t)');
  const send = libc.func('int64_t send(int, uintptr_t, size_t, int)');
  const sendmsg = libc.func('int64_t sendmsg(int, uintptr_t, int)');
  const write = libc.func('int64_t write(int, uintptr_t, size_t)');
  const poll = libc.func('int poll(uintptr_t, unsigned long, int)');
  const setsockopt = libc.func('int setsockopt(int, int, int, uintptr_t, unsigned int)');
  const getsockopt = libc.func('int getsockopt(int, int, int, uintptr_t, uintptr_t)');

  // One block outside the JavaScript heap, so that its addresses hold for good.
  const block = Buffer.alloc(64 * 1024);
  const blockAddress = koffi.address(block);
  const at = { out: 0, length: 8, poll: 16, info: 64, message: 512, vector: 576, control: 592, stage: 1024 };
  const stageAddress = blockAddress + BigInt(at.stage);
  const descriptor = openSync('/dev/null', 'r');
  writeMessageHeader(block, blockAddress, at, descriptor);

  const result = (value: number) => (value < 0 ? -koffi.errno() : value);
  const outAddress = blockAddress + BigInt(at.out);
  const ask = (fd: number, request: number) => {
    const status = ioctl(fd, request, outAddress);
    return status < 0 ? -koffi.errno() : block.readInt32LE(at.out);
  };
  const place = (data: Buffer, start: number, end: number): bigint => {
    if (end - start > STAGE_BYTES) return koffi.address(data) + BigInt(start);
    data.copy(block, at.stage, start, end);
    return stageAddress;
  };

  return {
    unsent: (fd) => ask(fd, SIOCOUTQ),
    unread: (fd) => ask(fd, FIONREAD),
    send: (fd, data, start, end) => result(send(fd, place(data, start, end), end - start, SEND_FLAGS)),
    write: (fd, data, start, end) => result(write(fd, place(data, start, end), end - start)),
    sendWithDescriptor(fd, data, start, end) {
      block.writeBigUInt64LE(place(data, start, end), at.vector);
      block.writeBigUInt64LE(BigInt(end - start), at.vector + 8);
      return result(sendmsg(fd, blockAddress + BigInt(at.message), SEND_FLAGS));
    },
    tcpWritten(fd) {
      block.writeUInt32LE(256, at.length);
      const status = getsockopt(fd, SOL_TCP, TCP_INFO, blockAddress + BigInt(at.info), blockAddress + BigInt(at.length));
      if (status < 0 || block.readUInt32LE(at.length) < TCP_INFO_BYTES) return undefined;
      const info = block.subarray(at.info, at.info + TCP_INFO_BYTES);
      return bytesWritten(info);
    },
    resetOnClose(fd) {
      block.writeInt32LE(1, at.out);
      block.writeInt32LE(0, at.out + 4);
      return result(setsockopt(fd, SOL_SOCKET, SO_LINGER, outAddress, 8));
    },
    hungUp(fd) {
      block.writeInt32LE(fd, at.poll);
      block.writeInt32LE(0, at.poll + 4);
      return poll(blockAddress + BigInt(at.poll), 1n, 0) === 1;
    },
    writable(fd) {
      block.writeInt32LE(fd, at.poll);
      block.writeInt32LE(POLLOUT, at.poll + 4);
      return poll(blockAddress + BigInt(at.poll), 1n, 0) === 1 && (block.readInt16LE(at.poll + 6) & POLLOUT) !== 0;
    },
    tcpPeer: peerLooks(koffi, libc),
  };
}

/** struct msghdr with one struct iovec and one SCM_RIGHTS control message (man 2 sendmsg, man 3 cmsg). */
function writeMessageHeader(
  block: Buffer,
  blockAddress: bigint,
  at: { message: number; vector: number; control: number },
  descriptor: number,
): void {
  const SCM_RIGHTS = 1;
  block.writeBigUInt64LE(blockAddress + BigInt(at.vector), at.message + 16);
  block.writeBigUInt64LE(1n, at.message + 24);
  block.writeBigUInt64LE(blockAddress + BigInt(at.control), at.message + 32);
  block.writeBigUInt64LE(24n, at.message + 40);
  block.writeBigUInt64LE(20n, at.control);
  block.writeInt32LE(SOL_SOCKET, at.control + 8);
  block.writeInt32LE(SCM_RIGHTS, at.control + 12);
  block.writeInt32LE(descriptor, at.control + 16);
}

// Offsets in struct tcp_info (linux/tcp.h).
const TCP_INFO_BYTES = 216;
const TCPI_BYTES_RECEIVED = 128;
const TCPI_NOTSENT_BYTES = 144;
const TCPI_BYTES_SENT = 200;
const TCPI_BYTES_RETRANS = 208;

/** Every payload byte that the application ever gave to this socket. */
function bytesWritten(info: Buffer): number {
  const sentOnce = info.readBigUInt64LE(TCPI_BYTES_SENT) - info.readBigUInt64LE(TCPI_BYTES_RETRANS);
  return Number(sentOnce) + info.readUInt32LE(TCPI_NOTSENT_BYTES);
}

/**
 * Exact look-ups by netlink sock_diag (man 7 sock_diag): the kernel finds the one socket whose local end
 * is our remote end. The answer to a look-up is ready when the request has been sent.
 */
function peerLooks(koffi: Koffi, libc: ReturnType<Koffi['load']>): Kernel['tcpPeer'] {
  const AF_NETLINK = 16;
  const SOCK_RAW_CLOEXEC = 3 | 0o2000000;
  const NETLINK_SOCK_DIAG = 4;
  const socket = libc.func('int socket(int, int, int)');
  const send = libc.func('int64_t send(int, uintptr_t, size_t, int)');
  const recv = libc.func('int64_t recv(int, uintptr_t, size_t, int)');
  const answer = Buffer.alloc(16 * 1024);
  const answerAddress = koffi.address(answer);
  const netlink: { fd?: number } = {};

  const open = () => {
    const fd = socket(AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0) throw new Error(`cannot open a sock_diag socket: errno ${koffi.errno()}`);
    return fd;
  };
  const lookUp = (request: Buffer, requestAddress: bigint): number => {
    netlink.fd ??= open();
    if (send(netlink.fd, requestAddress, request.length, SEND_FLAGS) < 0) return -1;
    return recv(netlink.fd, answerAddress, answer.length, SEND_FLAGS);
  };

  return (local, remote) => {
    // Longer than a page, so that it lies outside the JavaScript heap and its address holds.
    const memory = Buffer.alloc(8192);
    const request = memory.subarray(0, 72);
    writeDiagRequest(request, local, remote);
    const requestAddress = koffi.address(memory);
    const look = (extensions: number): number | undefined => {
      request[18] = extensions;
      const length = lookUp(request, requestAddress);
      return length >= 88 && answer.readUInt16LE(4) === SOCK_DIAG_BY_FAMILY && isConnection(answer) ? length : undefined;
    };
    return {
      unread: () => (look(0) === undefined ? undefined : answer.readUInt32LE(16 + 56)),
      received() {
        const length = look(1 << (INET_DIAG_INFO - 1));
        return length === undefined ? undefined : bytesReceived(answer.subarray(0, length));
      },
    };
  };
}

const SOCK_DIAG_BY_FAMILY = 20;
const INET_DIAG_INFO = 2;

/** struct nlmsghdr and struct inet_diag_req_v2 (linux/inet_diag.h); the peer's source is our remote end. */
function writeDiagRequest(request: Buffer, local: Endpoint, remote: Endpoint): void {
  const from = addressBytes(remote.address);
  const to = addressBytes(local.address);
  request.writeUInt32LE(request.length, 0);
  request.writeUInt16LE(SOCK_DIAG_BY_FAMILY, 4);
  request.writeUInt16LE(1, 6); // NLM_F_REQUEST
  request[16] = from.length === 4 ? 2 : 10; // AF_INET or AF_INET6
  request[17] = SOL_TCP;
  request.writeUInt32LE(0xffffffff, 20); // any state
  request.writeUInt16BE(remote.port, 24);
  request.writeUInt16BE(local.port, 26);
  from.copy(request, 28);
  to.copy(request, 44);
  request.fill(0xff, 64, 72); // INET_DIAG_NOCOOKIE
}

const TCP_ESTABLISHED = 1;
const TCP_CLOSE_WAIT = 8;
const TCP_LISTEN = 10;

/**
 * Without a connection the kernel answers with a listener on that port, and a closed end may linger as an
 * orphan that nobody reads (inode 0). A connection that waits to be accepted has inode 0 as well, but is open.
 */
function isConnection(answer: Buffer): boolean {
  const state = answer[16 + 1]!;
  const inode = answer.readUInt32LE(16 + 68);
  if (state === TCP_LISTEN) return false;
  return inode !== 0 || state === TCP_ESTABLISHED || state === TCP_CLOSE_WAIT;
}

function bytesReceived(answer: Buffer): number | undefined {
  for (let at = 88; at + 4 <= answer.length;) {
    const length = answer.readUInt16LE(at);
    if (length < 4) return undefined;
    const enough = length >= 4 + TCPI_BYTES_RECEIVED + 8 && at + length <= answer.length;
    if (answer.readUInt16LE(at + 2) === INET_DIAG_INFO && enough) return Number(answer.readBigUInt64LE(at + 4 + TCPI_BYTES_RECEIVED));
    at += (length + 3) & ~3;
  }
  return undefined;
}

/** 4 bytes for IPv4, also when it comes mapped into IPv6 (the kernel files such sockets under IPv4), else 16. */
function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [plain = ''] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain);
  if (mapped !== null) return addressBytes(mapped[1]!);
  const [head = '', tail] = plain.split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array<number>(8 - before.length - after.length).fill(0);
  const bytes = Buffer.alloc(16);
  [...before, ...zeros, ...after].forEach((group, k) => bytes.writeUInt16BE(group, k * 2));
  return bytes;
}

function groups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
