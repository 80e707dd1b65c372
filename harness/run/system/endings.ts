// How the run ends nodes, and which of them are being ended now.
import { nodeNamed, type Node, type Topology } from '../../model/system/topology.ts';
import type { RunningNode } from '../../runtime/runtime.ts';
import type { ExpectedExits } from './expected-exits.ts';
import type { Obligations } from '../record/obligations.ts';
import type { Recorder } from '../record/recorder.ts';
import type { RunningNodes } from './running-nodes.ts';

interface Endings {
  /** Ends one node and waits for its end. @param to its first process alone, where it is ended by a signal other than SIGKILL */
  end(name: string, how: 'stop' | NodeJS.Signals, to?: 'process'): Promise<void>;
  /** Resolves when nobody is ending this node any more. */
  over(name: string): Promise<void>;
}

interface EndingsSettings {
  topology: Topology;
  nodes: RunningNodes;
  exits: ExpectedExits;
  recorder: Recorder;
  obligations: Obligations;
}

export function endingsOf({ topology, nodes, exits, recorder, obligations }: EndingsSettings): Endings {
  const ending = new Map<string, { how: 'stop' | NodeJS.Signals; over: Promise<void> }>();

  /**
   * Who is started while it is still being ended would be ended with it. Who is told to stop twice by two who do not know of each other is
   * told once: many programs take a second SIGTERM for a wish to end at once.
   */
  const end = (name: string, how: 'stop' | NodeJS.Signals, to?: 'process'): Promise<void> => {
    const before = ending.get(name);
    if (how === 'stop' && before?.how === 'stop') return before.over;
    const over = endNow(name, how, to).finally(() => {
      if (ending.get(name)?.over === over) ending.delete(name);
    });
    ending.set(name, { how, over });
    return over;
  };

  const endNow = async (name: string, how: 'stop' | NodeJS.Signals, to?: 'process'): Promise<void> => {
    const node = nodes.get(name);
    if (!node) return;
    exits.expect(name, how === 'stop' || how === 'SIGKILL' ? 'any' : how);
    if (how === 'stop') {
      recorder.record({ kind: 'node', node: name, state: 'stopping', ...(node.pid !== undefined && { pid: node.pid }) });
      await stopWithin(node, nodeNamed(topology, name), obligations, recorder);
    } else if (how === 'SIGKILL') await node.kill();
    else await node.signal(how, to);
    if (how === 'SIGKILL' || how === 'stop') await node.exited;
    // The exit is recorded by whoever watches the node; give it its turn before anyone starts the node again.
    await new Promise((resolve) => setImmediate(resolve));
  };

  return { end, over: async (name) => ending.get(name)?.over.catch(() => undefined) };
}

/** A node that does not end hangs; what outlives a node that has ended is a leak. */
async function stopWithin(running: RunningNode, node: Node, obligations: Obligations, recorder: Recorder): Promise<void> {
  const end = obligations.open(`node '${node.name}' ends after SIGTERM`, { kind: 'stop', node: node.name }, node.stopWithinMs);
  const { killed, survivors = [] } = await running.stop();
  // Where the node's own process cannot be told from what it started, the node itself counts as not having ended.
  const outlived = killed && running.pid !== undefined && survivors.length > 0 && !survivors.some(({ pid }) => pid === running.pid);
  if (!killed || outlived) end.met();
  else end.unmet(`it was still there after ${node.stopWithinMs} ms and was killed`);
  if (outlived) for (const survivor of survivors) recorder.record({ kind: 'leftover', ...survivor });
}
