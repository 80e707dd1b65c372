// What a process needs to hand its descriptors to another one and to become a command, over koffi. All of it blocks.

// Not node:util, whose import opens stderr and changes its flags.
import { constants } from 'node:os';
import type { Koffi, Libc } from './libc.ts';

export interface StandInCalls {
  /** A connected Unix socket that an exec closes. @throws Error */
  dial(path: string): number;
  /** How a descriptor can carry a talk between two processes: a pipe, a Unix stream socket, or not at all. */
  kindOf(fd: number): 'pipe' | 'socket' | undefined;
  /** Two joined ends that are made as `like` is made, and hold as much. Data goes from the first to the second. @throws Error */
  pair(like: number, kind: 'pipe' | 'socket'): [writes: number, reads: number];
  /** Sends text with descriptors (SCM_RIGHTS). @throws Error */
  send(fd: number, text: string, descriptors: readonly number[]): void;
  /** Makes `to` the same open file as `fd`; an exec keeps it. @throws Error */
  put(fd: number, to: number): void;
  /** The flags of its open file that can be changed (fcntl(2), F_SETFL). */
  setFlags(fd: number, flags: number): void;
  /** An exec keeps this descriptor. */
  keep(fd: number): void;
  /** Signals that are ignored, all others have their default; and those that are blocked: sets as /proc has them. */
  signals(sets: { ignored: bigint; blocked: bigint }): void;
  /** Does not return, but throws an Error with the system's name for what was wrong. PATH is looked up in this process's own. */
  become(command: readonly string[], environment: readonly Buffer[]): never;
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const [SO_TYPE, SO_SNDBUF, SO_DOMAIN] = [3, 7, 39];
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const [F_SETFD, F_GETFL, F_SETFL, F_SETPIPE_SZ, F_GETPIPE_SZ] = [2, 3, 4, 1031, 1032];
const SIG_SETMASK = 2;
const SIGNALS_MAX = 64;
const UNCATCHABLE = new Set([9, 19]);

/** What lies where in the one block of memory that the calls share. */
const AT = { value: 0, length: 64, pair: 72, message: 128, vector: 192, control: 256, text: 1024 };

interface Memory {
  block: Buffer;
  address: (at: number) => bigint;
  /** @throws Error named after the call */
  checked: (call: string, result: number) => number;
}

export function standInCallsOver(koffi: Koffi): StandInCalls {
  const libc = koffi.load(null);
  const block = Buffer.alloc(16 * 1024);
  const base = koffi.address(block);
  const checked = (call: string, result: number): number => {
    if (result < 0) throw new Error(`${call}: ${nameOf(koffi.errno())}`);
    return result;
  };
  const memory: Memory = { block, address: (at) => base + BigInt(at), checked };
  const fcntl = libc.func('int fcntl(int, int, long)');
  const dup2 = libc.func('int dup2(int, int)');
  return {
    ...dialCalls(libc, memory),
    ...pairCalls(libc, memory, fcntl),
    put: (fd, to) => void checked('dup2', dup2(fd, to)),
    setFlags: (fd, flags) => void fcntl(fd, F_SETFL, flags),
    keep: (fd) => void fcntl(fd, F_SETFD, 0),
    ...execCalls(koffi, libc, memory),
  };
}

function dialCalls(libc: Libc, { block, address, checked }: Memory): Pick<StandInCalls, 'dial' | 'send'> {
  const socket = libc.func('int socket(int, int, int)');
  const connect = libc.func('int connect(int, uintptr_t, unsigned int)');
  const sendmsg = libc.func('int64_t sendmsg(int, uintptr_t, int)');
  return {
    dial(path) {
      const fd = checked('socket', socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
      block.fill(0, AT.text, AT.text + 110);
      block.writeUInt16LE(AF_UNIX, AT.text);
      block.write(path, AT.text + 2, 107);
      checked('connect', connect(fd, address(AT.text), 110));
      return fd;
    },
    send(fd, text, descriptors) {
      block.fill(0, AT.message, AT.text);
      block.writeBigUInt64LE(address(AT.text), AT.vector);
      block.writeBigUInt64LE(BigInt(block.write(text, AT.text)), AT.vector + 8);
      block.writeBigUInt64LE(address(AT.vector), AT.message + 16);
      block.writeBigUInt64LE(1n, AT.message + 24);
      if (descriptors.length > 0) {
        const bytes = 16 + 4 * descriptors.length;
        block.writeBigUInt64LE(address(AT.control), AT.message + 32);
        block.writeBigUInt64LE(BigInt((bytes + 7) & ~7), AT.message + 40);
        block.writeBigUInt64LE(BigInt(bytes), AT.control);
        block.writeInt32LE(SOL_SOCKET, AT.control + 8);
        block.writeInt32LE(SCM_RIGHTS, AT.control + 12);
        for (const [k, descriptor] of descriptors.entries()) block.writeInt32LE(descriptor, AT.control + 16 + 4 * k);
      }
      checked('sendmsg', sendmsg(fd, address(AT.message), MSG_NOSIGNAL));
    },
  };
}

type Call = ReturnType<Libc['func']>;

function pairCalls(libc: Libc, { block, address, checked }: Memory, fcntl: Call): Pick<StandInCalls, 'kindOf' | 'pair'> {
  const pipe2 = libc.func('int pipe2(uintptr_t, int)');
  const socketpair = libc.func('int socketpair(int, int, int, uintptr_t)');
  const getsockopt = libc.func('int getsockopt(int, int, int, uintptr_t, uintptr_t)');
  const setsockopt = libc.func('int setsockopt(int, int, int, uintptr_t, unsigned int)');
  const option = (fd: number, name: number): number | undefined => {
    block.writeUInt32LE(4, AT.length);
    return getsockopt(fd, SOL_SOCKET, name, address(AT.value), address(AT.length)) < 0 ? undefined : block.readInt32LE(AT.value);
  };
  const made = (): [number, number] => [block.readInt32LE(AT.pair), block.readInt32LE(AT.pair + 4)];
  return {
    kindOf(fd) {
      if (fcntl(fd, F_GETPIPE_SZ, 0) > 0) return 'pipe';
      return option(fd, SO_DOMAIN) === AF_UNIX && option(fd, SO_TYPE) === SOCK_STREAM ? 'socket' : undefined;
    },
    pair(like, kind) {
      const isPipe = kind === 'pipe';
      if (isPipe) checked('pipe2', pipe2(address(AT.pair), O_CLOEXEC));
      else checked('socketpair', socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, address(AT.pair)));
      const [first, second] = made();
      const [writes, reads] = isPipe ? [second, first] : [first, second];
      if (isPipe) fcntl(writes, F_SETPIPE_SZ, fcntl(like, F_GETPIPE_SZ, 0));
      else {
        const bytes = option(like, SO_SNDBUF);
        for (const fd of bytes === option(writes, SO_SNDBUF) ? [] : [writes, reads]) {
          // The kernel doubles what it is told.
          block.writeInt32LE((bytes ?? 0) / 2, AT.value);
          setsockopt(fd, SOL_SOCKET, SO_SNDBUF, address(AT.value), 4);
        }
      }
      // A flag of the open file: the command finds it as its parent made it.
      if ((fcntl(like, F_GETFL, 0) & O_NONBLOCK) !== 0) for (const fd of [writes, reads]) fcntl(fd, F_SETFL, O_NONBLOCK);
      return [writes, reads];
    },
  };
}

function execCalls(koffi: Koffi, libc: Libc, { block, address, checked }: Memory): Pick<StandInCalls, 'signals' | 'become'> {
  const signal = libc.func('uintptr_t signal(int, uintptr_t)');
  const mask = libc.func('int pthread_sigmask(int, uintptr_t, uintptr_t)');
  const execvpe = libc.func('int execvpe(uintptr_t, uintptr_t, uintptr_t)');
  return {
    signals({ ignored, blocked }) {
      const IGNORE = 1;
      for (let number = 1; number <= SIGNALS_MAX; number += 1) {
        if (!UNCATCHABLE.has(number)) signal(number, (ignored >> BigInt(number - 1)) & 1n ? IGNORE : 0);
      }
      block.fill(0, AT.value, AT.value + 128);
      block.writeBigUInt64LE(blocked, AT.value);
      mask(SIG_SETMASK, address(AT.value), 0);
    },
    become(command, environment) {
      const words = vectorOf(
        koffi,
        command.map((word) => Buffer.from(word)),
      );
      const variables = vectorOf(koffi, environment);
      checked('exec', execvpe(words.first, words.address, variables.address));
      throw new Error('exec has returned');
    },
  };
}

function nameOf(errno: number): string {
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
}

/** A list of strings as C has it: pointers, the last one null. The memory lives as long as the process. */
function vectorOf(koffi: Koffi, strings: readonly Buffer[]): { address: bigint; first: bigint } {
  const pointersBytes = 8 * (strings.length + 1);
  const bytes = strings.reduce((sum, string) => sum + string.length + 1, pointersBytes);
  // Longer than a page, so that it lies outside the JavaScript heap and its address holds.
  const memory = Buffer.alloc(Math.max(8192, bytes));
  const address = koffi.address(memory);
  let at = pointersBytes;
  for (const [k, string] of strings.entries()) {
    memory.writeBigUInt64LE(address + BigInt(at), 8 * k);
    at += string.copy(memory, at) + 1;
  }
  kept.push(memory);
  return { address, first: address + BigInt(pointersBytes) };
}

const kept: Buffer[] = [];
