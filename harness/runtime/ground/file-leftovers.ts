// Files where a node may leave none: in its {home}, in its TMPDIR, and in a box in the folders that the case has for itself.
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isLawfullyLeft } from '../../model/system/leave-pattern.ts';
import type { Node, Topology } from '../../model/system/topology.ts';
import { isClockRemains } from '../linux/fake-clock.ts';
import { homeFolder, nodeFolder } from './node-home.ts';
import type { Leftover } from '../runtime.ts';

/** @param written what lies in the folders of the whole case: absolute paths, as its programs know them */
export async function fileLeftovers(folder: string, topology: Topology, written: readonly string[]): Promise<Leftover[]> {
  const found = await Promise.all(
    topology.nodes.flatMap((node) => [
      leftBy(node, 'home', homeFolder(folder, node.name)),
      leftBy(node, 'tmp', nodeFolder(folder, node.name, 'tmp')),
    ]),
  );
  // Whoever wrote there is not known, so whatever any node may leave is lawful.
  const allowed = topology.nodes.flatMap(({ mayLeave }) => mayLeave ?? []);
  const inBox = written.filter((path) => !isClockRemains(path) && !isLawfullyLeft(path, allowed));
  return [...found.flat(), ...inBox.toSorted().map((detail): Leftover => ({ what: 'file', detail, place: 'box' }))];
}

async function leftBy({ name, mayLeave = [] }: Node, place: 'home' | 'tmp', at: string): Promise<Leftover[]> {
  const entries = await readdir(at, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => ({ what: entry.isSocket() ? ('socket-file' as const) : ('file' as const), path: join(entry.parentPath, entry.name) }))
    .filter(({ path }) => !isLawfullyLeft(`{${place}}/${relative(at, path)}`, mayLeave))
    .map(({ what, path }): Leftover => ({ what, detail: path, node: name, place }))
    .toSorted((a, b) => a.detail.localeCompare(b.detail));
}
