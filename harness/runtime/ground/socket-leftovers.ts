// What lies in a run's socket folder and belongs to no running proxy.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Link } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import type { ProxyPlace, Leftover } from '../runtime.ts';

export async function socketLeftovers(folder: string, topology: Topology, expected: readonly string[]): Promise<Leftover[]> {
  const sockets = join(folder, 'sockets');
  const entries = await readdir(sockets, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory() && !expected.includes(join(entry.parentPath, entry.name)))
    .map((entry): Leftover => {
      const detail = join(entry.parentPath, entry.name);
      // A node's own sockets are called <node>.<file>, and node names hold no dot.
      const node = topology.nodes.find(({ name }) => entry.name.startsWith(`${name}.`))?.name;
      return { what: entry.isSocket() ? 'socket-file' : 'file', detail, ...(node === undefined ? {} : { node }) };
    })
    .toSorted((a, b) => a.detail.localeCompare(b.detail));
}

export function proxySockets(links: readonly Link[], placeOf: (link: Link) => ProxyPlace): string[] {
  return links.flatMap((link) => {
    const { listen } = placeOf(link);
    return listen.transport === 'unix' ? [listen.path] : [];
  });
}

/** For a proxy that was killed and so could not do it. */
export async function removeProxySockets(links: readonly Link[], placeOf: (link: Link) => ProxyPlace): Promise<void> {
  await Promise.all(proxySockets(links, placeOf).map((path) => rm(path, { force: true })));
}
