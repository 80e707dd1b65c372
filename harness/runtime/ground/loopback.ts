// The addresses of a run whose programs are processes of this machine: one loopback address for all of them.
import { addressBook, type AddressBook, type View } from './addresses.ts';
import type { RunFolder } from './run-folder.ts';
import type { GroundRequest } from '../runtime.ts';

export function loopbackBook({ topology, proxied }: GroundRequest, { folder, loopback }: RunFolder): AddressBook {
  const view: View = { node: () => loopback, proxy: () => loopback };
  return addressBook(topology, proxied, folder, { bind: loopback, inside: view, outside: view });
}
