// Who has a TCP port, found by the inode of its socket: /proc/net/tcp and tcp6 (proc_net_tcp.txt) name the inode, and the holder has
// a descriptor of it. Only the network namespace of this process is looked at.
import { allPids, commandLineOf, descriptorsOf, readWhole, targetOfDescriptor } from './proc.ts';

const LISTEN = '0A';
const IPV4_IN_IPV6 = '0000000000000000FFFF0000';

interface TcpSocket {
  /** Hexadecimal, each word of four bytes in the order of the machine. */
  address: string;
  port: number;
  state: string;
  uid: number;
  inode: string;
}

/**
 * One sentence about who keeps an IPv4 address from being bound: the processes with their command lines, or why they cannot be seen.
 * A holder of every address counts, also one of IPv6.
 */
export function holderOf(host: string, port: number): string {
  const own = hexOf(host);
  const inTheWay = socketsOf('tcp')
    .concat(socketsOf('tcp6'))
    .filter((each) => each.port === port && (/^0+$/.test(each.address) || [own, IPV4_IN_IPV6 + own].includes(each.address)));
  const socket = inTheWay.find(({ state }) => state === LISTEN) ?? inTheWay[0];
  if (!socket) return 'its holder cannot be seen, for no socket in /proc/net/tcp or tcp6 has it now';
  const pids = allPids().filter((pid) => holds(pid, `socket:[${socket.inode}]`));
  if (pids.length > 0) return `it is held by ${pids.map((pid) => `process ${pid} (${commandLineOf(pid)})`).join(' and ')}`;
  if (socket.uid === process.getuid?.())
    return 'its holder cannot be seen, for no process in /proc that can be read has its socket (it may be in another PID namespace)';
  return `its holder cannot be seen, for it belongs to the user with the number ${socket.uid}, whose descriptors only root may read`;
}

/** On which of these ports one of these processes listens at every address, of IPv4 or IPv6. */
export function wildcardPortsOf(pids: readonly number[], ports: readonly number[]): number[] {
  const wide = [...socketsOf('tcp'), ...socketsOf('tcp6')].filter(
    ({ address, port, state }) => state === LISTEN && ports.includes(port) && /^0+$/.test(address),
  );
  return [...new Set(wide.filter(({ inode }) => pids.some((pid) => holds(pid, `socket:[${inode}]`))).map(({ port }) => port))];
}

/** At which other IPv4 addresses somebody listens at this port. */
export function listenersBeside(host: string, port: number): string[] {
  const own = hexOf(host);
  const others = socketsOf('tcp').filter((each) => each.port === port && each.state === LISTEN && each.address !== own);
  return [...new Set(others.map(({ address }) => [...Buffer.from(address, 'hex')].toReversed().join('.')))];
}

function socketsOf(file: 'tcp' | 'tcp6'): TcpSocket[] {
  const [, ...lines] = readWhole(`/proc/net/${file}`)?.trimEnd().split('\n') ?? [];
  return lines.flatMap((line) => {
    const [, local = '', , state = '', , , , uid, , inode = '0'] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    // A connection that only waits for its end (TIME_WAIT) has no inode and no holder.
    return inode === '0' ? [] : [{ address, port: Number.parseInt(port, 16), state, uid: Number(uid), inode }];
  });
}

/** As /proc/net/tcp prints it on a little-endian machine, which all are that Node is built for but s390x. */
function hexOf(ipv4: string): string {
  return Buffer.from(ipv4.split('.').map(Number).toReversed()).toString('hex').toUpperCase();
}

function holds(pid: number, socket: string): boolean {
  return descriptorsOf(pid)?.some((fd) => targetOfDescriptor(pid, fd) === socket) ?? false;
}
