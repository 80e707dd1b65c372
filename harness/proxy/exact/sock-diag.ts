// The other end of a TCP connection on this machine. netlink asks the kernel what that end has received and not yet read.

import { isIPv6 } from 'node:net';
import { SEND_FLAGS, SOL_TCP, TCPI_BYTES_RECEIVED } from './libc.ts';
import type { Endpoint, Kernel, Koffi, Libc } from './libc.ts';

/**
 * Exact look-ups by netlink sock_diag (man 7 sock_diag): the kernel finds the one socket whose local end
 * is our remote end. The answer to a look-up is ready when the request has been sent.
 */
export function peerLooks(koffi: Koffi, libc: Libc): Kernel['tcpPeer'] {
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
