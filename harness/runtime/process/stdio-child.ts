// One child that a node has started over stdio, as the relay reports it: its process id, and how it ended.
import type { Node } from '../../model/system/topology.ts';
import { commandLineOf, kinshipOf } from '../linux/proc.ts';
import type { NodeExit } from '../runtime.ts';
import type { SpawnedProgram } from './spawn-program.ts';

export interface StdioChild {
  readonly node: Node;
  readonly pid: number;
  /** The near half that stands before it; itself where nothing does. */
  readonly near: number;
  /** The process that started it, when it began. */
  readonly parent: number;
  /** As it was when it began. */
  readonly commandLine: string;
  readonly ended: boolean;
  end(exit: NodeExit): void;
  /** It in the words of a program that the harness itself has started. */
  readonly first: SpawnedProgram;
}

export function stdioChild(node: Node, pid: number, near: number): StdioChild {
  const exited = Promise.withResolvers<NodeExit>();
  let ended = false;
  const first: SpawnedProgram = {
    pid,
    exited: exited.promise,
    get ended() {
      return ended;
    },
    stopReading() {
      throw new Error(`what node '${node.name}' prints is its parent's to read`);
    },
  };
  return {
    node,
    pid,
    near,
    parent: kinshipOf(near)?.parent ?? 0,
    commandLine: commandLineOf(pid),
    get ended() {
      return ended;
    },
    end(exit) {
      ended = true;
      exited.resolve(exit);
    },
    first,
  };
}
