// Everything countable that the processes of a node hold, by kind, and which process holds it.
import { descriptorsOf, type Descriptor } from './descriptors.ts';
import { processesOf, zombiesOf } from './processes.ts';
import { Unreadable } from './proc.ts';
import { socketsOf, type Socket } from './sockets.ts';

export interface Resources {
  /** For example `fd socket`, `socket tcp CLOSE_WAIT`, `threads`, `processes`. A kind that is absent counts zero. */
  counts: Readonly<Record<string, number>>;
  /** One line for each thing: `pid 10 fd 23: tcp 127.0.0.1:5000->127.0.0.1:4000 CLOSE_WAIT`. */
  holders: Readonly<Record<string, readonly string[]>>;
}

/** @param reading the same object for nodes that are read at once */
export async function resourcesOf(pids: readonly number[], reading: object = {}): Promise<Resources | { unreadable: string }> {
  try {
    const handles = await handlesOf(pids);
    const processes = [...processesOf(pids), ...zombiesOf(pids, reading)];
    const held: [kind: string, holder: string][] = handles.flatMap(({ descriptor, socket, text }) => [
      [`fd ${descriptor.kind}`, text] as [string, string],
      ...(socket ? [[`socket ${socket.kind}`, text] as [string, string]] : []),
      ...Array.from({ length: descriptor.watches ?? 0 }, (): [string, string] => ['inotify watches', text]),
    ]);
    for (const { pid, parent, command, state, threads } of processes) {
      held.push([
        state === 'Z' ? 'zombies' : 'processes',
        `pid ${pid}: ${command}${state === 'Z' ? `, a child of ${parent} that has ended` : ''}`,
      ]);
      for (const thread of threads) held.push(['threads', `pid ${pid} tid ${thread.tid}: ${thread.name}`]);
    }
    return tally(held);
  } catch (error) {
    if (error instanceof Unreadable) return { unreadable: error.message };
    throw error;
  }
}

export interface Handle {
  descriptor: Descriptor;
  socket: Socket | undefined;
  text: string;
}

/** @throws Unreadable when this user may not look. */
export async function handlesOf(pids: readonly number[]): Promise<Handle[]> {
  const handles: Handle[] = [];
  for (const pid of pids) {
    const descriptors = descriptorsOf(pid);
    const inodes = descriptors.flatMap(({ kind, inode }) => (kind === 'socket' && inode !== undefined ? [inode] : []));
    const sockets = await socketsOf(pid, inodes);
    for (const descriptor of descriptors) {
      const socket = descriptor.kind === 'socket' ? sockets.get(descriptor.inode ?? -1) : undefined;
      handles.push({ descriptor, socket, text: `pid ${pid} fd ${descriptor.fd}: ${socket?.text ?? descriptor.target}` });
    }
  }
  return handles;
}

function tally(held: readonly (readonly [kind: string, holder: string])[]): Resources {
  const holders = Object.fromEntries(
    [...Map.groupBy(held, ([kind]) => kind)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, entries]) => [kind, entries.map(([, holder]) => holder)]),
  );
  const counts = Object.fromEntries(Object.entries(holders).map(([kind, lines]) => [kind, lines.length]));
  return { counts, holders };
}
