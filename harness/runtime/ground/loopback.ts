// The addresses of a run whose programs are processes of this machine: one loopback address for all of them.
import { addressBook, type AddressBook, type Hosts, type View } from './addresses.ts';
import type { RunFolder } from './run-folder.ts';
import { type GroundRequest, RuntimeError } from '../runtime.ts';

/** In a box nobody else is there, so it is reached where it is outside. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+)$/;

/** @param doors of a box: the socket file that leads to each address outside */
export function loopbackBook(
  { topology, proxied }: GroundRequest,
  { folder, loopback }: RunFolder,
  doors?: ReadonlyMap<string, string>,
): AddressBook {
  const beyond = ({ host, port }: { host: string; port: number }): ReturnType<NonNullable<Hosts['beyond']>> => {
    const path = doors?.get(`${host}:${port}`);
    if (path === undefined) throw new RuntimeError(`nothing leads from this box to ${host}:${port}`);
    const listen = LOOPBACK.test(host) && ({ transport: 'tcp', host: host === 'localhost' ? '127.0.0.1' : host, port } as const);
    return { upstream: { transport: 'unix', path }, ...(listen && { listen }) };
  };
  const view: View = { node: () => loopback, proxy: () => loopback };
  return addressBook(topology, proxied, folder, { bind: loopback, inside: view, outside: view, ownHosts: true, ...(doors && { beyond }) });
}
