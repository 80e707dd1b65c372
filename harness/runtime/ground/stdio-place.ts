// Where a stdio link has its files, and what stands in for the child's command:
//
//   <folder>/stdio/<n>/far       the relay, dialled by the link's proxy
//                     /control   the relay, for stand-ins
//                     /<node>    an executable file: it starts the stand-in, which becomes the child
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Address, addressText, type Link } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import { writeExecutable } from './executable-file.ts';
import { compileCacheFolder } from './run-folder.ts';
import type { StdioPrograms } from '../runtime.ts';

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

/** The relay; the child gets these variables over those of the node that starts it. */
export function relayWords(
  { shim }: StdioPrograms,
  place: StdioPlace,
  dial: Address,
  child: { command: readonly string[]; env: Record<string, string> },
): string[] {
  const env = Object.entries(child.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const sockets = ['--socket', place.socket, '--control', place.control, '--dial', pathOf(dial)];
  return [process.execPath, shim, 'relay', ...sockets, ...env, '--', ...child.command];
}

/** What the parent starts. Words behind it are arguments of the child. */
export async function writeWrapper(
  programs: StdioPrograms,
  place: StdioPlace,
  { dial, way, marks }: { dial: Address; way: 'beside' | 'between'; marks: Readonly<Record<string, string>> },
): Promise<void> {
  await mkdir(dirname(place.wrapper), { recursive: true });
  writeExecutable(place.wrapper, way === 'beside' ? besideScript(programs, place, marks) : betweenScript(programs, place, dial));
}

/**
 * Node changes what it inherits: signals, descriptors, variables of its own. So the shell writes down what was there, the
 * stand-in is started without any of it, and restores it for the command.
 */
function besideScript({ standIn }: StdioPrograms, { wrapper, control }: StdioPlace, marks: Readonly<Record<string, string>>): string {
  const variables = Object.entries(marks).map(([name, value]) => `${name}=${value}`);
  const node = [...variables, `NODE_COMPILE_CACHE=${compileCacheFolder()}`, process.execPath, '--no-warnings', standIn, control];
  return `#!/bin/sh
while read -r key value; do
  case $key in
    SigBlk:) blocked=$value ;;
    SigIgn:) ignored=$value ;;
  esac
done </proc/$$/status
flags=
for number in 0 1 2; do
  flag=closed
  if [ -e /proc/$$/fdinfo/$number ]; then
    while read -r key value; do
      case $key in flags:) flag=$value ;; esac
    done </proc/$$/fdinfo/$number
  fi
  flags="$flags $flag"
done
inherited=
for fd in /proc/$$/fd/*; do
  number=\${fd##*/}
  if [ "$number" -gt 2 ] && [ -e "$fd" ] && ! [ "$fd" -ef "$0" ]; then inherited="$inherited $number"; fi
done
found=${quoted(wrapper)}.$$
{ echo "$blocked"; echo "$ignored"; echo "$flags"; echo "$inherited"; cat /proc/$$/environ; } >"$found"
exec env -i ${node.map(quoted).join(' ')} "$found" -- "$@"
`;
}

/** The near half of the shim: a process of its own before the command, where the machine does not allow more. */
function betweenScript({ shim }: StdioPrograms, place: StdioPlace, dial: Address): string {
  const words = [process.execPath, shim, 'near', '--socket', pathOf(dial), '--control', place.control, '--'];
  return `#!/bin/sh\nexec ${words.map(quoted).join(' ')} "$@"\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function pathOf(dial: Address): string {
  if (dial.transport !== 'unix') throw new Error(`a stdio link is dialled at a path, not at ${addressText(dial)}`);
  return dial.path;
}
