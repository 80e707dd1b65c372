// The system calls behind `Kernel`, over koffi. They share one block of memory that is passed by its address.

import { openSync } from 'node:fs';
import { SEND_FLAGS, SOL_TCP, TCP_INFO_BYTES } from './libc.ts';
import type { Kernel, Koffi, Libc } from './libc.ts';
import { peerLooks } from './sock-diag.ts';

const POLLOUT = 4;
const SIOCOUTQ = 0x5411;
const FIONREAD = 0x541b;
const SOL_SOCKET = 1;
const SO_LINGER = 13;
const TCP_INFO = 11;
/** Smaller slices are copied beside the message header, whose address is known; larger ones are sent in place. */
const STAGE_BYTES = 4096;

export function kernelOver(koffi: Koffi): Kernel {
  const libc = koffi.load(null);
  const memory = callMemory(koffi);
  return {
    ...queueCalls(koffi, libc, memory),
    ...writeCalls(koffi, libc, memory),
    ...pollCalls(libc, memory),
    tcpPeer: peerLooks(koffi, libc),
  };
}

/** One block outside the JavaScript heap, so that its addresses hold for good. */
interface CallMemory {
  block: Buffer;
  address: (at: number) => bigint;
  /** The address of bytes that are to be sent. */
  place: (data: Buffer, start: number, end: number) => bigint;
}

/** What lies where in the block. */
const AT = { out: 0, length: 8, poll: 16, info: 64, message: 512, vector: 576, control: 592, stage: 1024 };

function callMemory(koffi: Koffi): CallMemory {
  const block = Buffer.alloc(64 * 1024);
  const blockAddress = koffi.address(block);
  const stageAddress = blockAddress + BigInt(AT.stage);
  writeMessageHeader(block, blockAddress, openSync('/dev/null', 'r'));
  return {
    block,
    address: (at) => blockAddress + BigInt(at),
    place(data, start, end) {
      if (end - start > STAGE_BYTES) return koffi.address(data) + BigInt(start);
      data.copy(block, AT.stage, start, end);
      return stageAddress;
    },
  };
}

/** What the queues of a socket hold, and how it closes. */
function queueCalls(
  koffi: Koffi,
  libc: Libc,
  { block, address }: CallMemory,
): Pick<Kernel, 'unsent' | 'unread' | 'tcpWritten' | 'resetOnClose'> {
  const ioctl = libc.func('int ioctl(int, unsigned long, uintptr_t)');
  const setsockopt = libc.func('int setsockopt(int, int, int, uintptr_t, unsigned int)');
  const getsockopt = libc.func('int getsockopt(int, int, int, uintptr_t, uintptr_t)');
  const outAddress = address(AT.out);
  const ask = (fd: number, request: number) => {
    const status = ioctl(fd, request, outAddress);
    return status < 0 ? -koffi.errno() : block.readInt32LE(AT.out);
  };
  return {
    unsent: (fd) => ask(fd, SIOCOUTQ),
    unread: (fd) => ask(fd, FIONREAD),
    tcpWritten(fd) {
      block.writeUInt32LE(256, AT.length);
      const status = getsockopt(fd, SOL_TCP, TCP_INFO, address(AT.info), address(AT.length));
      if (status < 0 || block.readUInt32LE(AT.length) < TCP_INFO_BYTES) return undefined;
      return bytesWritten(block.subarray(AT.info, AT.info + TCP_INFO_BYTES));
    },
    resetOnClose(fd) {
      block.writeInt32LE(1, AT.out);
      block.writeInt32LE(0, AT.out + 4);
      return resultOf(koffi, setsockopt(fd, SOL_SOCKET, SO_LINGER, outAddress, 8));
    },
  };
}

function writeCalls(
  koffi: Koffi,
  libc: Libc,
  { block, address, place }: CallMemory,
): Pick<Kernel, 'send' | 'write' | 'sendWithDescriptor'> {
  const send = libc.func('int64_t send(int, uintptr_t, size_t, int)');
  const sendmsg = libc.func('int64_t sendmsg(int, uintptr_t, int)');
  const write = libc.func('int64_t write(int, uintptr_t, size_t)');
  const messageAddress = address(AT.message);
  return {
    send: (fd, data, start, end) => resultOf(koffi, send(fd, place(data, start, end), end - start, SEND_FLAGS)),
    write: (fd, data, start, end) => resultOf(koffi, write(fd, place(data, start, end), end - start)),
    sendWithDescriptor(fd, data, start, end) {
      block.writeBigUInt64LE(place(data, start, end), AT.vector);
      block.writeBigUInt64LE(BigInt(end - start), AT.vector + 8);
      return resultOf(koffi, sendmsg(fd, messageAddress, SEND_FLAGS));
    },
  };
}

function pollCalls(libc: Libc, { block, address }: CallMemory): Pick<Kernel, 'hungUp' | 'writable'> {
  const poll = libc.func('int poll(uintptr_t, unsigned long, int)');
  const pollAddress = address(AT.poll);
  const happens = (fd: number, events: number) => {
    block.writeInt32LE(fd, AT.poll);
    block.writeInt32LE(events, AT.poll + 4);
    return poll(pollAddress, 1n, 0) === 1;
  };
  return {
    hungUp: (fd) => happens(fd, 0),
    writable: (fd) => happens(fd, POLLOUT) && (block.readInt16LE(AT.poll + 6) & POLLOUT) !== 0,
  };
}

function resultOf(koffi: Koffi, value: number): number {
  return value < 0 ? -koffi.errno() : value;
}

/** struct msghdr with one struct iovec and one SCM_RIGHTS control message (man 2 sendmsg, man 3 cmsg). */
function writeMessageHeader(block: Buffer, blockAddress: bigint, descriptor: number): void {
  const SCM_RIGHTS = 1;
  block.writeBigUInt64LE(blockAddress + BigInt(AT.vector), AT.message + 16);
  block.writeBigUInt64LE(1n, AT.message + 24);
  block.writeBigUInt64LE(blockAddress + BigInt(AT.control), AT.message + 32);
  block.writeBigUInt64LE(24n, AT.message + 40);
  block.writeBigUInt64LE(20n, AT.control);
  block.writeInt32LE(SOL_SOCKET, AT.control + 8);
  block.writeInt32LE(SCM_RIGHTS, AT.control + 12);
  block.writeInt32LE(descriptor, AT.control + 16);
}

// Offsets in struct tcp_info (linux/tcp.h).
const TCPI_NOTSENT_BYTES = 144;
const TCPI_BYTES_SENT = 200;
const TCPI_BYTES_RETRANS = 208;

/** Every payload byte that the application ever gave to this socket. */
function bytesWritten(info: Buffer): number {
  const sentOnce = info.readBigUInt64LE(TCPI_BYTES_SENT) - info.readBigUInt64LE(TCPI_BYTES_RETRANS);
  return Number(sentOnce) + info.readUInt32LE(TCPI_NOTSENT_BYTES);
}
