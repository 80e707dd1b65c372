// A node's processes as faults from outside need them, whichever runtime they live in.
import { join } from 'node:path';
import type { NodeFaultOf } from '../model/node-fault.ts';
import { limitDescriptors } from './descriptor-limit.ts';
import { stateFolder, temporaryFolder } from './node-home.ts';
import type { LogStream } from './log-lines.ts';
import type { Imposed } from './runtime.ts';
import { tamperWithCalls } from './system-calls.ts';
import { leaveUnread } from './unread-output.ts';

export interface NodeProcesses {
  readonly name: string;
  readonly runId: string;
  /** As this machine numbers it. */
  readonly pid: number | undefined;
  pids(): Promise<readonly number[]>;
  /** Its state folder, its folder for temporary files, or one for what strace writes about it. */
  folder(which: 'state' | 'tmp' | 'trace'): string;
  /** Stops reading its output; gives the way to read on. */
  stopReading(stream: LogStream): () => void;
  /** Whether the kernel would take a byte more on this descriptor of a pipe; undefined where that cannot be asked. */
  pipeWritable?: PipeWritable | undefined;
}

/** poll(2) for POLLOUT, at once. */
export type PipeWritable = (fd: number) => boolean;

export async function imposeFromOutside(
  fault: NodeFaultOf<'unread' | 'limit' | 'calls'>,
  node: NodeProcesses,
  atStart: boolean,
): Promise<Imposed> {
  switch (fault.kind) {
    case 'unread':
      return leaveUnread(fault, node);
    case 'limit':
      return await limitDescriptors(fault, node, atStart);
    case 'calls':
      return await tamperWithCalls(fault, node);
    default:
      return fault satisfies never;
  }
}

export function nodeFolder(runFolder: string, name: string, which: 'state' | 'tmp' | 'trace'): string {
  if (which === 'state') return stateFolder(runFolder, name);
  return which === 'tmp' ? temporaryFolder(runFolder, name) : join(runFolder, 'trace');
}

/** Several as one. */
export function together(parts: readonly Imposed[]): Imposed {
  return {
    hits: async () => (await Promise.all(parts.map((part) => part.hits()))).flat(),
    async lift() {
      await Promise.all(parts.map((part) => part.lift()));
    },
  };
}
