// Where the processes of a node listen, as the kernel has it (proc_pid_net(5)): for a server that is not where its user says.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const LISTEN = '0A';

export interface Listening {
  host: string;
  port: number;
}

export function listeningIn(pids: readonly number[]): Listening[] {
  const found = pids.flatMap((pid) => {
    const inodes = socketsOf(pid);
    return ['tcp', 'tcp6'].flatMap((table) => rowsOf(pid, table).flatMap((row) => listeningIs(row, inodes)));
  });
  return [...new Map(found.map((each) => [`${each.host} ${each.port}`, each])).values()];
}

/** Of an address as `listeningIn` gives it; `::ffff:127.0.0.1` is one too. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '[::1]' || /^\[0{16}FFFF0000[\dA-F]{6}7F\]$/i.test(host);
}

/** `sl local_address rem_address st … inode`: addresses are bytes in hexadecimal, in the order of the machine. */
function listeningIs(row: string, inodes: ReadonlySet<string>): Listening[] {
  const [, local = '', , state, ...more] = row.trim().split(/\s+/);
  if (state !== LISTEN || !inodes.has(more[5] ?? '')) return [];
  const [address = '', port = ''] = local.split(':');
  return [{ host: hostOf(address), port: Number.parseInt(port, 16) }];
}

function hostOf(hex: string): string {
  if (/^0+$/.test(hex)) return hex.length > 8 ? '[::]' : '0.0.0.0';
  if (hex.length > 8) return hex === '00000000000000000000000001000000' ? '[::1]' : `[${hex}]`;
  return [...Buffer.from(hex, 'hex')].toReversed().join('.');
}

function rowsOf(pid: number, table: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}

function socketsOf(pid: number): ReadonlySet<string> {
  try {
    const names = readdirSync(`/proc/${pid}/fd`);
    return new Set(names.flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${name}`))?.[1] ?? []));
  } catch {
    return new Set();
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
