// What stands behind the inode of a socket: /proc/<pid>/net/{unix,tcp,tcp6}, joined by inode. The TCP tables cost about 6
// ms each on a machine with many hash buckets, however few sockets there are. So they are read off the event loop and only
// when needed, and one reading serves all nodes that are looked at right after one another.
import { readFile } from 'node:fs/promises';
import { linkProc } from './proc.ts';

const TABLE_FRESH_MS = 5;

export interface Socket {
  /** `tcp ESTABLISHED`, `unix`, `other`: what is counted. */
  kind: string;
  /** With its addresses: who it talks to. */
  text: string;
}

/** Net/tcp_states.h, as the tables number them. */
const TCP_STATES =
  'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING NEW_SYN_RECV'.split(' ');

type Table = ReadonlyMap<number, Socket>;

const PARSERS = {
  unix: unixSockets,
  tcp: (text: string) => tcpSockets(text, ipv4),
  tcp6: (text: string) => tcpSockets(text, ipv6),
} as const;
const TABLES = ['unix', 'tcp', 'tcp6'] as const;
type TableName = (typeof TABLES)[number];

interface Reading {
  startedMs: number;
  /** Infinity while it goes on. */
  endedMs: number;
  table: Promise<Table>;
}

const recent = new Map<string, Reading>();

/** Each inode of this process's network namespace, `other` for what is neither TCP nor Unix. */
export async function socketsOf(pid: number, inodes: readonly number[]): Promise<ReadonlyMap<number, Socket>> {
  const askedMs = performance.now();
  const namespace = linkProc(`${pid}/ns/net`) ?? 'gone';
  const found = new Map<number, Socket>();
  const missing = new Set(inodes);
  const look = async (name: TableName, isFresh: (reading: Reading) => boolean): Promise<void> => {
    if (missing.size === 0) return;
    const table = await tableOf(pid, namespace, name, isFresh);
    for (const inode of missing) {
      const socket = table.get(inode);
      if (socket) found.set(inode, socket);
      if (socket) missing.delete(inode);
    }
  };
  for (const name of TABLES) await look(name, (reading) => reading.endedMs >= askedMs - TABLE_FRESH_MS);
  // What is not in a reading made for another node may have been opened since.
  for (const name of TABLES) await look(name, (reading) => reading.startedMs >= askedMs);
  for (const inode of missing) found.set(inode, { kind: 'other', text: `socket:[${inode}]` });
  return found;
}

async function tableOf(pid: number, namespace: string, name: TableName, isFresh: (reading: Reading) => boolean): Promise<Table> {
  const key = `${namespace} ${name}`;
  const kept = recent.get(key);
  if (kept && isFresh(kept)) return kept.table;
  const table = readFile(`/proc/${pid}/net/${name}`, 'latin1').then(PARSERS[name], () => new Map<number, Socket>());
  const reading = { startedMs: performance.now(), endedMs: Infinity, table };
  recent.set(key, reading);
  await table;
  reading.endedMs = performance.now();
  return table;
}

/** `Num: RefCount Protocol Flags Type St Inode Path`. */
function unixSockets(text: string): Table {
  return new Map(
    text
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const fields = line.trim().split(/\s+/);
        const [inode, path] = [Number(fields[6]), fields.slice(7).join(' ')];
        const listens = fields[3] === '00010000';
        // All connections to one listener have its path, and others have none: the inode tells one from another.
        return fields.length < 7
          ? []
          : [[inode, { kind: 'unix', text: `unix ${path || 'unnamed'}${listens ? ' LISTEN' : ` [${inode}]`}` }] as const];
      }),
  );
}

/** `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode`. */
function tcpSockets(text: string, address: (hex: string) => string): Table {
  return new Map(
    text
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, remote, st, , , , , , inode] = line.trim().split(/\s+/);
        if (local === undefined || remote === undefined || st === undefined) return [];
        const state = TCP_STATES[Number.parseInt(st, 16) - 1] ?? `state ${st}`;
        const text =
          state === 'LISTEN'
            ? `tcp ${endpoint(local, address)} LISTEN`
            : `tcp ${endpoint(local, address)}->${endpoint(remote, address)} ${state}`;
        return [[Number(inode), { kind: `tcp ${state}`, text }] as const];
      }),
  );
}

function endpoint(text: string, address: (hex: string) => string): string {
  const [hex = '', port = '0'] = text.split(':');
  return `${address(hex)}:${Number.parseInt(port, 16)}`;
}

/** Four bytes, the last one first. */
function ipv4(hex: string): string {
  return bytesOf(hex).join('.');
}

/** Four words of four bytes, each the last one first. */
function ipv6(hex: string): string {
  const bytes = [0, 8, 16, 24].flatMap((at) => bytesOf(hex.slice(at, at + 8)));
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) return bytes.slice(12).join('.');
  const words = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  // A URL writes such an address in its shortest form.
  return new URL(`http://[${words.join(':')}]`).hostname;
}

function bytesOf(littleEndian: string): number[] {
  return [6, 4, 2, 0].map((at) => Number.parseInt(littleEndian.slice(at, at + 2), 16));
}
