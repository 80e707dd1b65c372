// Where a proxy listens or dials, as text: `host:port`, `[::1]:port`, `:port` or `unix:/path`. Errors in an address are
// told in the words of Go's net package, which Toxiproxy's clients know.

import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';

export type Address = { transport: 'tcp'; host: string; port: number } | { transport: 'unix'; path: string };

/** An address that cannot be used; the message says why. */
export class AddressError extends Error {
  override readonly name = 'AddressError';
}

/** sun_path holds 108 bytes with its terminating zero (man 7 unix). */
const UNIX_PATH_BYTES_MAX = 107;

/** @throws AddressError */
export function parseAddress(text: string): Address {
  if (text.startsWith('unix:')) return parseUnix(text);
  // Go takes no address for any port on any interface.
  if (text === '') return { transport: 'tcp', host: '', port: 0 };
  const { host, port } = splitHostPort(text);
  return { transport: 'tcp', host, port: parsePort(port) };
}

export function addressText(address: Address): string {
  if (address.transport === 'unix') return `unix:${address.path}`;
  return isIPv6(address.host) ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The same address with its name looked up, IPv4 before IPv6 as Go prefers when it listens. @throws AddressError */
export async function resolved(address: Address): Promise<Address> {
  if (address.transport === 'unix' || address.host === '' || isIP(address.host) !== 0) return address;
  try {
    const found = await lookup(address.host, { all: true, order: 'ipv4first' });
    return { ...address, host: found[0]?.address ?? address.host };
  } catch {
    throw new AddressError(`lookup ${address.host}: no such host`);
  }
}

function parseUnix(text: string): Address {
  const path = text.slice('unix:'.length);
  if (path === '') throw new AddressError(`address ${text}: missing path in address`);
  if (path.includes('\0')) throw new AddressError(`address ${JSON.stringify(text)}: invalid path`);
  const bytes = Buffer.byteLength(path);
  if (bytes > UNIX_PATH_BYTES_MAX)
    throw new AddressError(`address ${text}: path of ${bytes} bytes, a socket's has at most ${UNIX_PATH_BYTES_MAX}`);
  return { transport: 'unix', path };
}

function splitHostPort(text: string): { host: string; port: string } {
  const colon = text.lastIndexOf(':');
  if (colon < 0) throw new AddressError(`address ${text}: missing port in address`);
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (host.startsWith('[')) {
    if (!text.includes(']')) throw new AddressError(`address ${text}: missing ']' in address`);
    if (!host.endsWith(']')) throw new AddressError(`address ${text}: missing port in address`);
    return { host: host.slice(1, -1), port };
  }
  if (host.includes(':')) throw new AddressError(`address ${text}: too many colons in address`);
  return { host, port };
}

function parsePort(text: string): number {
  if (text === '') return 0;
  const port = /^\d+$/.test(text) ? Number(text) : portNamed(text);
  if (port === undefined) throw new AddressError(`lookup tcp/${text}: unknown port`);
  if (port > 65535) throw new AddressError(`address ${text}: invalid port`);
  return port;
}

/** Those that Go knows without /etc/services. */
const PORTS: Readonly<Record<string, number>> = {
  domain: 53,
  ftp: 21,
  ftps: 990,
  gopher: 70,
  http: 80,
  https: 443,
  imap2: 143,
  imap3: 220,
  imaps: 993,
  pop3: 110,
  pop3s: 995,
  smtp: 25,
  ssh: 22,
  submissions: 465,
  telnet: 23,
};

/** The TCP port of a service (services(5)), in any case of its letters. */
function portNamed(text: string): number | undefined {
  const name = text.toLowerCase();
  if (!/^[a-z0-9_.+-]+$/.test(name)) return undefined;
  for (const line of servicesFile().split('\n')) {
    const [first, port, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const number = /^(\d+)\/tcp$/.exec(port ?? '')?.[1];
    if (number !== undefined && [first, ...aliases].some((each) => each?.toLowerCase() === name)) return Number(number);
  }
  return Object.hasOwn(PORTS, name) ? PORTS[name] : undefined;
}

function servicesFile(): string {
  try {
    return readFileSync('/etc/services', 'utf8');
  } catch {
    return '';
  }
}
