// The system calls behind `Descriptors`, over koffi.

import type { Descriptors, Koffi } from './libc.ts';

const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_PEERCRED = 17;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
const SYS_PIDFD_OPEN = 434;
/** _IOWR(0xFF, 11, struct pidfd_info) and its first size (linux/pidfd.h). */
const PIDFD_GET_INFO = 0xc040_ff0b;
const PIDFD_INFO_BYTES = 64;
const PIDFD_INFO_EXIT = 8n;
const EXIT_CODE_AT = 60;

/** What lies where in the one block of memory that all calls share. */
const AT = { value: 0, length: 64, message: 128, vector: 192, control: 256, info: 512, text: 1024 };
const BLOCK_BYTES = 16 * 1024;
const CONTROL_BYTES = 256;

export function descriptorsOver(koffi: Koffi): Descriptors {
  const libc = koffi.load(null);
  const recvmsg = libc.func('int64_t recvmsg(int, uintptr_t, int)');
  const getsockopt = libc.func('int getsockopt(int, int, int, uintptr_t, uintptr_t)');
  const setsockopt = libc.func('int setsockopt(int, int, int, uintptr_t, unsigned int)');
  const syscall = libc.func('int64_t syscall(int64_t, int64_t, int64_t)');
  const ioctl = libc.func('int ioctl(int, unsigned long, uintptr_t)');
  const block = Buffer.alloc(BLOCK_BYTES);
  const base = koffi.address(block);
  const address = (at: number): bigint => base + BigInt(at);
  const result = (value: number): number => (value < 0 ? -koffi.errno() : value);

  return {
    receive(fd) {
      writeReceiver(block, address);
      const bytes = result(recvmsg(fd, address(AT.message), MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
      if (bytes < 0) return bytes;
      return { descriptors: descriptorsIn(block), text: block.toString('utf8', AT.text, AT.text + bytes) };
    },
    peerPid(fd) {
      block.writeUInt32LE(12, AT.length);
      const status = result(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, address(AT.value), address(AT.length)));
      return status < 0 ? status : block.readInt32LE(AT.value);
    },
    sendBytesMax(fd, bytes) {
      // The kernel doubles it for its own books (socket(7)).
      block.writeInt32LE(Math.ceil(bytes / 2), AT.value);
      return result(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, address(AT.value), 4));
    },
    watch: (pid) => result(syscall(SYS_PIDFD_OPEN, pid, 0)),
    endOf(pidfd) {
      block.fill(0, AT.info, AT.info + PIDFD_INFO_BYTES);
      block.writeBigUInt64LE(PIDFD_INFO_EXIT, AT.info);
      if (ioctl(pidfd, PIDFD_GET_INFO, address(AT.info)) < 0) return undefined;
      const isKept = (block.readBigUInt64LE(AT.info) & PIDFD_INFO_EXIT) !== 0n;
      return isKept ? block.readInt32LE(AT.info + EXIT_CODE_AT) : undefined;
    },
  };
}

/** struct msghdr with one struct iovec and room for control messages (man 2 recvmsg). */
function writeReceiver(block: Buffer, address: (at: number) => bigint): void {
  block.fill(0, AT.message, AT.info);
  block.writeBigUInt64LE(address(AT.vector), AT.message + 16);
  block.writeBigUInt64LE(1n, AT.message + 24);
  block.writeBigUInt64LE(address(AT.control), AT.message + 32);
  block.writeBigUInt64LE(BigInt(CONTROL_BYTES), AT.message + 40);
  block.writeBigUInt64LE(address(AT.text), AT.vector);
  block.writeBigUInt64LE(BigInt(BLOCK_BYTES - AT.text), AT.vector + 8);
}

/** Of the first control message (man 3 cmsg). */
function descriptorsIn(block: Buffer): number[] {
  const length = Number(block.readBigUInt64LE(AT.message + 40));
  if (length < 16 || block.readInt32LE(AT.control + 8) !== SOL_SOCKET || block.readInt32LE(AT.control + 12) !== SCM_RIGHTS) return [];
  const count = (Number(block.readBigUInt64LE(AT.control)) - 16) / 4;
  return Array.from({ length: count }, (_, k) => block.readInt32LE(AT.control + 16 + 4 * k));
}
