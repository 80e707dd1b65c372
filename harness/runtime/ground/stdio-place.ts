// Where a stdio link has its files, and the words that stand in for the child's command:
//
//   <folder>/stdio/<n>/far       the far half, dialled by the link's proxy or past it
//                     /control   the far half, always past it
//                     /<node>    an executable file that starts the near half
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Address, addressText, type Link } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';

export interface StdioPlace {
  socket: string;
  control: string;
  /** Named as the child is: some programs look at their own name. */
  wrapper: string;
}

export function stdioPlace(folder: string, topology: Topology, link: Link): StdioPlace {
  const at = join(folder, 'stdio', String(topology.links.findIndex(({ name }) => name === link.name)));
  return { socket: join(at, 'far'), control: join(at, 'control'), wrapper: join(at, link.to) };
}

/** The near half; words behind these are arguments of the child. */
export function nearWords(shim: string, place: StdioPlace, dial: Address): string[] {
  if (dial.transport !== 'unix') throw new Error(`a stdio link is dialled at a path, not at ${addressText(dial)}`);
  return [process.execPath, shim, 'near', '--socket', dial.path, '--control', place.control, '--'];
}

/** The far half; the child gets these variables over those of the node that starts it. */
export function farWords(shim: string, place: StdioPlace, child: { command: readonly string[]; env: Record<string, string> }): string[] {
  const env = Object.entries(child.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return [process.execPath, shim, 'far', '--socket', place.socket, '--control', place.control, ...env, '--', ...child.command];
}

/** For systems that take a file to execute and nothing else. */
export async function writeWrapper({ wrapper }: StdioPlace, words: readonly string[]): Promise<void> {
  await mkdir(dirname(wrapper), { recursive: true });
  const quoted = words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  await writeFile(wrapper, `#!/bin/sh\nexec ${quoted.join(' ')} "$@"\n`);
  await chmod(wrapper, 0o700);
}
