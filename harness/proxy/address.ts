// Where a proxy listens or dials, as text: `host:port`, `[::1]:port`, `:port` or `unix:/path`. What is wrong
// with an address is said in the words of Go's net package, which Toxiproxy's clients know.

import { lookup } from 'node:dns/promises';
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
  if (!/^\d+$/.test(text)) throw new AddressError(`lookup tcp/${text}: unknown port`);
  const port = Number(text);
  if (port > 65535) throw new AddressError(`address ${text}: invalid port`);
  return port;
}
