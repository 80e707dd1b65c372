// What a program finds around it: folders of its own inside the run's folder, and an environment that holds nothing
// of the harness's.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Topology } from '../model/topology.ts';
import { NODE_MARKER, PROGRAM_MARKER, RUN_MARKER } from './marked-processes.ts';
import { compileCacheFolder } from './run-folder.ts';

export interface Inhabitant {
  kind: 'node' | 'program';
  name: string;
}

export async function makeHomes(folder: string, topology: Topology): Promise<void> {
  await mkdir(join(folder, 'sockets'), { recursive: true });
  await Promise.all(topology.nodes.map((node) => makeHome(folder, node.name)));
}

export async function makeHome(folder: string, name: string): Promise<void> {
  await Promise.all([mkdir(stateFolder(folder, name), { recursive: true }), mkdir(join(folder, 'tmp', name), { recursive: true })]);
}

export function stateFolder(folder: string, name: string): string {
  return join(folder, 'state', name);
}

/** Its own variables win over HOME and the like, never over the markers. */
export function environment(
  folder: string,
  runId: string,
  { kind, name }: Inhabitant,
  path: string,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: path,
    HOME: stateFolder(folder, name),
    TMPDIR: join(folder, 'tmp', name),
    LANG: 'C.UTF-8',
    NODE_COMPILE_CACHE: compileCacheFolder(),
    ...own,
    [RUN_MARKER]: runId,
    [kind === 'node' ? NODE_MARKER : PROGRAM_MARKER]: name,
  };
}
