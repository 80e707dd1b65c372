// What nodes have left in their {home}. A node must keep its things elsewhere, so each file there is a leftover.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Topology } from '../../model/system/topology.ts';
import { homeFolder } from './node-home.ts';
import type { Leftover } from '../runtime.ts';

export async function homeLeftovers(folder: string, topology: Topology): Promise<Leftover[]> {
  const found = await Promise.all(topology.nodes.map(({ name }) => leftBy(homeFolder(folder, name), name)));
  return found.flat();
}

async function leftBy(home: string, node: string): Promise<Leftover[]> {
  const entries = await readdir(home, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry): Leftover => ({ what: 'file', detail: join(entry.parentPath, entry.name), node }))
    .toSorted((a, b) => a.detail.localeCompare(b.detail));
}
