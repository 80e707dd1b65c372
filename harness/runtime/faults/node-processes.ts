// The processes of a node as faults from outside need them, in whichever runtime they live.
import type { LogStream } from '../logs/log-lines.ts';
import type { WhichFolder } from '../ground/node-home.ts';
import type { PipeWritable } from '../runtime.ts';

export interface NodeProcesses {
  readonly name: string;
  readonly runId: string;
  /** As this machine numbers it. */
  readonly pid: number | undefined;
  pids(): Promise<readonly number[]>;
  folder(which: WhichFolder): string;
  /** Stops reading its output; gives the way to read on. */
  stopReading(stream: LogStream): () => void;
  pipeWritable?: PipeWritable | undefined;
}

/** What a node's place on its ground says about its processes. */
export type NodeSite = Pick<NodeProcesses, 'runId' | 'folder' | 'pipeWritable'>;
