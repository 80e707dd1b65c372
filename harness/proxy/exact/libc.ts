// What exact writes ask of the kernel, as types, and what its calls share. Calls answer like system calls do inside the
// kernel: a number >= 0, or a negative errno.

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

/** Open descriptors on their way from one process to another, and processes that are not children of ours. */
export interface Descriptors {
  /** What a Unix socket's sender had passed along (SCM_RIGHTS), once the first byte has come; until then `-EAGAIN`. */
  receive(fd: number): { descriptors: number[]; text: string } | number;
  /** The process at the other end of a Unix socket, as this process's namespace numbers it. */
  peerPid(fd: number): number;
  /** How much a Unix socket may hold that its peer has not read. */
  sendBytesMax(fd: number, bytes: number): number;
  /** A hold on a process, so that its number can be nobody else's: a descriptor. */
  watch(pid: number): number;
  /**
   * How a watched process ended, as wait(2) tells it, once its parent has asked; undefined before that, and where the kernel
   * keeps no such record (before Linux 6.15).
   */
  endOf(pidfd: number): number | undefined;
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

/** The part of koffi's interface that is used here. */
export interface Koffi {
  load(path: null): { func(definition: string): (...args: unknown[]) => number };
  address(value: Buffer): bigint;
  errno(): number;
}

/** The C library's functions by their C definitions. */
export type Libc = ReturnType<Koffi['load']>;

export const SEND_FLAGS = 0x4000 | 0x40; // MSG_NOSIGNAL | MSG_DONTWAIT
export const SOL_TCP = 6;
// struct tcp_info (linux/tcp.h): its size, and the offset of what was received.
export const TCP_INFO_BYTES = 216;
export const TCPI_BYTES_RECEIVED = 128;
