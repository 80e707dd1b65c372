// What a program finds around it: its own folders inside the run's folder, and an environment without anything of the
// harness's.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Topology } from '../../model/system/topology.ts';
import { NODE_MARKER, PROGRAM_MARKER, RUN_MARKER } from '../linux/marked-processes.ts';
import { compileCacheFolder } from './run-folder.ts';

export interface Inhabitant {
  kind: 'node' | 'program';
  name: string;
}

export async function makeHomes(folder: string, topology: Topology): Promise<void> {
  await mkdir(join(folder, 'sockets'), { recursive: true });
  await mkdir(programsFolder(folder), { recursive: true });
  await Promise.all(topology.nodes.map((node) => makeHome(folder, node.name)));
}

export async function makeHome(folder: string, name: string): Promise<void> {
  const folders = [stateFolder(folder, name), homeFolder(folder, name), temporaryFolder(folder, name)];
  await Promise.all(folders.map((path) => mkdir(path, { recursive: true })));
}

export function stateFolder(folder: string, name: string): string {
  return join(folder, 'state', name);
}

/** For a node that names it as its HOME: whatever is in there at the end was written where nothing may be written. */
export function homeFolder(folder: string, name: string): string {
  return join(folder, 'home', name);
}

function temporaryFolder(folder: string, name: string): string {
  return join(folder, 'tmp', name);
}

/** A node's state folder, its folder for temporary files, or one for what strace writes about it. */
export type WhichFolder = 'state' | 'tmp' | 'trace';

export function nodeFolder(folder: string, name: string, which: WhichFolder): string {
  if (which === 'state') return stateFolder(folder, name);
  return which === 'tmp' ? temporaryFolder(folder, name) : join(folder, 'trace');
}

/** Where faults put what a node's PATH leads to. */
export function programsFolder(folder: string): string {
  return join(folder, 'programs');
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
    TMPDIR: temporaryFolder(folder, name),
    LANG: 'C.UTF-8',
    NODE_COMPILE_CACHE: compileCacheFolder(),
    ...own,
    [RUN_MARKER]: runId,
    [kind === 'node' ? NODE_MARKER : PROGRAM_MARKER]: name,
  };
}
