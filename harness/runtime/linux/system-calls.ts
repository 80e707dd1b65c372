// System calls that Node does not offer, by their numbers and flags on Linux. Everything native of runtime/ is in this file.
import { createRequire } from 'node:module';
import { constants as files, openSync } from 'node:fs';
import { constants } from 'node:os';

export interface SystemCalls {
  /** A new PID namespace for the children that this thread starts from now on, pid_namespaces(7). */
  newPidNamespace(): void;
  /** Children that this thread starts from now on are in the PID namespace of this open file. */
  enterPidNamespace(fd: number): void;
  mount(source: string | null, target: string, type: string | null, flags: number, data: string | null): void;
  /** At once; the kernel lets go of it when nobody uses it any more. */
  unmount(target: string): void;
  /** Brings `lo` up in the network namespace of this process. */
  loopbackUp(): void;
  /** The soft and hard bound of this process's real-time work in microseconds, getrlimit(2), RLIMIT_RTTIME. */
  realTimeBound(): { soft: bigint; hard: bigint };
  setRealTimeBound(bound: { soft: bigint; hard: bigint }): void;
  /** A new pseudo-terminal, pty(7), as two open files. The program's side opens nothing by a name, so it works in any mount namespace. */
  openTerminal(size: { columns: number; rows: number }): { ours: number; its: number };
  /** flock(2), at once: false when somebody else's lock is in the way. It lasts until the open file is closed by all who have it. */
  lock(fd: number, how: 'shared' | 'exclusive'): boolean;
}

export const MOUNT = { bind: 0x1000, recursive: 0x4000, shared: 0x10_0000, slave: 0x8_0000 } as const;

const { EWOULDBLOCK } = constants.errno;
const LOCK = { shared: 1, exclusive: 2 } as const;
const LOCK_NB = 4;
const CLONE_NEWPID = 0x2000_0000;
const MNT_DETACH = 2;
const RLIMIT_RTTIME = 15;
/** struct rlimit: two numbers of 8 bytes. */
const RLIMIT_BYTES = 16;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCSIFFLAGS = 0x8914;
/** netdevice(7): the name has 16 bytes, its flags come behind it. */
const IFREQ_BYTES = 40;
const IFNAMSIZ = 16;
const IFF_UP_RUNNING = 0x41;
/** ioctl_tty(2): unlock, open the program's side, set the size (struct winsize: rows, columns and two unused numbers of 2 bytes). */
const TIOCSPTLCK = 0x4004_5431;
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;
const WINSIZE_BYTES = 8;

interface Koffi {
  load(path: null): { func(definition: string): (...args: unknown[]) => number };
  errno(): number;
}

/** The calls, or why they cannot be made here. */
export function systemCalls(): SystemCalls | { missing: string } {
  if (process.platform !== 'linux') return { missing: `the platform is ${process.platform}, and only Linux has namespaces` };
  if (process.env['TORNWIRE_NO_NATIVE'] === '1') return { missing: 'TORNWIRE_NO_NATIVE is set' };
  try {
    return callsOver(createRequire(import.meta.url)('koffi') as Koffi);
  } catch (error) {
    return { missing: `koffi does not load: ${(error as Error).message}` };
  }
}

function callsOver(koffi: Koffi): SystemCalls {
  const libc = koffi.load(null);
  const call = (definition: string): Call => {
    const raw = libc.func(definition);
    const name = /(\w+)\(/.exec(definition)?.[1];
    return (...args) => {
      const result = raw(...args);
      if (result < 0) throw new Error(`${name} answers with error ${koffi.errno()}`);
      return result;
    };
  };
  const unshare = call('int unshare(int)');
  const setns = call('int setns(int, int)');
  const mount = call('int mount(const char*, const char*, const char*, unsigned long, const char*)');
  const umount2 = call('int umount2(const char*, int)');
  const socket = call('int socket(int, int, int)');
  const ioctl = call('int ioctl(int, unsigned long, void*)');
  const ioctlOf = call('int ioctl(int, unsigned long, long)');
  const getrlimit = call('int getrlimit(int, void*)');
  const setrlimit = call('int setrlimit(int, const void*)');
  const close = call('int close(int)');
  const flock = libc.func('int flock(int, int)');
  return {
    newPidNamespace: () => void unshare(CLONE_NEWPID),
    enterPidNamespace: (fd) => void setns(fd, CLONE_NEWPID),
    mount: (source, target, type, flags, data) => void mount(source, target, type, flags, data),
    unmount: (target) => void umount2(target, MNT_DETACH),
    realTimeBound() {
      const bound = Buffer.alloc(RLIMIT_BYTES);
      getrlimit(RLIMIT_RTTIME, bound);
      return { soft: bound.readBigUInt64LE(0), hard: bound.readBigUInt64LE(8) };
    },
    setRealTimeBound({ soft, hard }) {
      const bound = Buffer.alloc(RLIMIT_BYTES);
      bound.writeBigUInt64LE(soft, 0);
      bound.writeBigUInt64LE(hard, 8);
      setrlimit(RLIMIT_RTTIME, bound);
    },
    openTerminal: (size) => terminalOver({ ioctl, ioctlOf, close }, size),
    lock(fd, how) {
      if (flock(fd, LOCK[how] | LOCK_NB) === 0) return true;
      if (koffi.errno() === EWOULDBLOCK) return false;
      throw new Error(`flock answers with error ${koffi.errno()}`);
    },
    loopbackUp() {
      const request = Buffer.alloc(IFREQ_BYTES);
      request.write('lo', 0);
      request.writeUInt16LE(IFF_UP_RUNNING, IFNAMSIZ);
      const fd = socket(AF_INET, SOCK_DGRAM, 0);
      try {
        ioctl(fd, SIOCSIFFLAGS, request);
      } finally {
        close(fd);
      }
    },
  };
}

type Call = (...args: unknown[]) => number;

/** What is asked of a terminal is said to the end that is ours. */
function terminalOver(
  { ioctl, ioctlOf, close }: Readonly<Record<'ioctl' | 'ioctlOf' | 'close', Call>>,
  { columns, rows }: { columns: number; rows: number },
): { ours: number; its: number } {
  const flags = files.O_RDWR | files.O_NOCTTY;
  const ours = openSync('/dev/ptmx', flags);
  try {
    ioctl(ours, TIOCSPTLCK, Buffer.alloc(4));
    const size = Buffer.alloc(WINSIZE_BYTES);
    size.writeUInt16LE(rows, 0);
    size.writeUInt16LE(columns, 2);
    ioctl(ours, TIOCSWINSZ, size);
    return { ours, its: ioctlOf(ours, TIOCGPTPEER, flags) };
  } catch (error) {
    close(ours);
    throw error;
  }
}
