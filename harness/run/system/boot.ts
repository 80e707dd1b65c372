// Starts the nodes in their order, one layer at a time, and records every log line and exit. If a node does not come up,
// the run ends with an open obligation. The oracles say whose fault that is.
import { isSpawned, nodeNamed, startOrder, stdioLinksFrom, type Node, type Topology } from '../../model/system/topology.ts';
import { NotReadyError, type Ground, type RunningNode } from '../../runtime/runtime.ts';
import { endingsOf } from './endings.ts';
import { expectedExits } from './expected-exits.ts';
import type { Obligation, Obligations } from '../record/obligations.ts';
import type { Recorder } from '../record/recorder.ts';
import { runningNodes } from './running-nodes.ts';
import { startConditions, type ConditionSource } from './start-conditions.ts';

export interface RunningSystem extends AsyncDisposable {
  /** Undefined while the node does not run. */
  node(name: string): RunningNode | undefined;
  start(name: string): Promise<void>;
  /** Ends one node and waits for its end. */
  end(name: string, how: 'stop' | NodeJS.Signals): Promise<void>;
  /**
   * The run is about to send this node a signal. Its end by that signal is no crash, and neither is an orderly end where the
   * signal asks for one; without a signal any end is expected.
   */
  expectExit(name: string, signal?: NodeJS.Signals): void;
  /** Every start from now on is under these conditions too. */
  startUnder(source: ConditionSource): void;
  names(): readonly string[];
  /** All nodes that the run started, in reverse start order; none starts afterwards. */
  stop(): Promise<void>;
}

/** Some node was not ready in time; the history says which and why. */
export class BootFailed extends Error {}

export async function boot(system: RunningSystem, topology: Topology): Promise<void> {
  for (const layer of startOrder(topology)) {
    const starts = await Promise.allSettled(layer.map((node: Node) => system.start(node.name)));
    const failed = starts.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

export function systemOn(ground: Ground, topology: Topology, recorder: Recorder, obligations: Obligations): RunningSystem {
  const exits = expectedExits((name) => stdioLinksFrom(topology, name).map(({ to }) => to));
  const nodes = runningNodes(recorder, exits);
  const endings = endingsOf({ topology, nodes, exits, recorder, obligations });
  const conditions = startConditions();
  let over = false;

  const broken = (detail: string): void => void recorder.record({ kind: 'harness', problem: 'injector', detail });

  /** A node that another one has started over stdio. */
  const adopt = (child: RunningNode): void => {
    exits.forget(child.name);
    nodes.watch(child);
    conditions.beganByItself(child.name, broken);
  };

  const start = async (name: string): Promise<void> => {
    const node = nodeNamed(topology, name);
    // A script that was cut off may still run: what it started now, nobody would stop.
    if (over) throw new BootFailed(`node '${name}' was not started: the run is over`);
    if (isSpawned(node)) throw new Error(`node '${name}' is started by whoever dials it over stdio, not by the run`);
    await endings.over(name);
    exits.forget(name);
    recorder.record({ kind: 'node', node: name, state: 'starting' });
    const ready = obligations.open(`node '${name}' is ready`, { kind: 'ready', node: name }, node.readyWithinMs);
    try {
      const line = (stream: 'stdout' | 'stderr', text: string): void =>
        void recorder.record({ kind: 'log', node: name, stream, line: text });
      nodes.watch(await ground.start(node, { line, child: adopt, broken }, conditions.of(name)));
      await conditions.began(name);
      ready.met();
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      throw bootFailed(error, name, ready, recorder);
    }
  };

  const stop = async (): Promise<void> => {
    over = true;
    for (const layer of startOrder(topology).toReversed()) await Promise.all(layer.map((node) => endings.end(node.name, 'stop')));
  };

  return {
    node: (name) => nodes.get(name),
    start,
    end: (name, how) => endings.end(name, how),
    expectExit: (name, signal) => exits.expect(name, signal),
    startUnder: (source) => conditions.add(source),
    names: () => topology.nodes.map((node) => node.name),
    stop,
    [Symbol.asyncDispose]: async () => {
      over = true;
      await Promise.allSettled(nodes.names().map((name) => endings.end(name, 'SIGKILL')));
    },
  };
}

function bootFailed(error: NotReadyError, name: string, ready: Obligation, recorder: Recorder): BootFailed {
  if (error.exit) {
    const { code, signal } = error.exit;
    recorder.record({ kind: 'node', node: name, state: 'exited', code, signal, asked: false });
  }
  ready.unmet(error.message);
  return new BootFailed(error.message, { cause: error });
}
