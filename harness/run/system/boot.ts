// Starts the nodes in their order, one layer at a time, and records every log line and exit. If a node does not come up,
// the run ends with an open obligation. The oracles say whose fault that is.
import { isSpawned, nodeNamed, startOrder, stdioLinksFrom, type Node, type Topology } from '../../model/system/topology.ts';
import type { Link } from '../../model/system/link.ts';
import { NotReadyError, type Ground, type NodeSink, type RunningNode, type StartedChild } from '../../runtime/runtime.ts';
import { endingsOf } from './endings.ts';
import { expectedExits } from './expected-exits.ts';
import type { Obligation, Obligations } from '../record/obligations.ts';
import type { Recorder } from '../record/recorder.ts';
import { runningNodes } from './running-nodes.ts';
import { startConditions, type ConditionSource } from './start-conditions.ts';

export interface RunningSystem extends AsyncDisposable {
  /** Undefined while the node does not run. */
  node(name: string): RunningNode | undefined;
  /** Whether it was started and is not ready yet. */
  isStarting(name: string): boolean;
  start(name: string): Promise<void>;
  /** Starts the child at the other end of a stdio link of the driver. */
  child(link: Link): Promise<StartedChild>;
  /** Ends one node and waits for its end. */
  end(name: string, how: 'stop' | NodeJS.Signals, to?: 'process'): Promise<void>;
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
  const into = { recorder, broken };

  /** A node that another one has started over stdio. */
  const adopt = (running: RunningNode): void => adopted(running, { exits, nodes, conditions, broken });

  /** A script that was cut off may still run: what it started now, nobody would stop. */
  const checkOpen = (name: string): void => {
    if (over) throw new BootFailed(`node '${name}' was not started: the run is over`);
  };

  const starting: Starting = new Map();
  const start = async (name: string): Promise<void> => {
    const node = nodeNamed(topology, name);
    checkOpen(name);
    if (isSpawned(node)) throw new Error(`node '${name}' is started by whoever dials it over stdio, not by the run`);
    await endings.over(name);
    exits.forget(name);
    recorder.record({ kind: 'node', node: name, state: 'starting' });
    const ready = obligations.open(`node '${name}' is ready`, { kind: 'ready', node: name }, node.readyWithinMs);
    try {
      const up = ground.start(node, sinkOf(name, adopt, into), conditions.of(name)).then(nodes.watch);
      await whileStarting(starting, name, up);
      await conditions.began(name);
      ready.met();
    } catch (error) {
      throw error instanceof NotReadyError ? bootFailed(error, name, ready, recorder) : error;
    }
  };

  return {
    node: (name) => nodes.get(name),
    isStarting: (name) => starting.has(name),
    start,
    async child(link) {
      checkOpen(link.to);
      const own = (running: RunningNode): void => adopt(withoutLastWords(running));
      return await ground.child(link, sinkOf(link.to, own, into));
    },
    end: (name, how, to) => endAfterStart({ endings, starting }, name, how, to),
    expectExit: (name, signal) => exits.expect(name, signal),
    startUnder: (source) => conditions.add(source),
    names: () => topology.nodes.map((node) => node.name),
    stop() {
      over = true;
      return stopInOrder(topology, endings, starting);
    },
    [Symbol.asyncDispose]: async () => {
      over = true;
      await Promise.allSettled(nodes.names().map((name) => endings.end(name, 'SIGKILL')));
    },
  };
}

type Starting = Map<string, Promise<void>>;

async function whileStarting(starting: Starting, name: string, up: Promise<void>): Promise<void> {
  const over = up.finally(() => starting.delete(name));
  starting.set(name, over);
  await over;
}

/** Who is being started could not be told to stop, and would be there afterwards. */
async function endAfterStart(
  { endings, starting }: { endings: ReturnType<typeof endingsOf>; starting: Starting },
  ...[name, how, to]: Parameters<RunningSystem['end']>
): Promise<void> {
  if (how === 'stop') await starting.get(name)?.catch(() => undefined);
  await endings.end(name, how, to);
}

async function stopInOrder(topology: Topology, endings: ReturnType<typeof endingsOf>, starting: Starting): Promise<void> {
  await Promise.allSettled(starting.values());
  for (const layer of startOrder(topology).toReversed()) await Promise.all(layer.map((node) => endings.end(node.name, 'stop')));
}

interface Adopting {
  exits: ReturnType<typeof expectedExits>;
  nodes: ReturnType<typeof runningNodes>;
  conditions: ReturnType<typeof startConditions>;
  broken: (detail: string) => void;
}

function adopted(running: RunningNode, { exits, nodes, conditions, broken }: Adopting): void {
  exits.forget(running.name);
  nodes.watch(running);
  conditions.beganByItself(running.name, broken);
}

function sinkOf(
  node: string,
  child: (running: RunningNode) => void,
  { recorder, broken }: { recorder: Recorder; broken: (detail: string) => void },
): NodeSink {
  return { line: (stream, line) => void recorder.record({ kind: 'log', node, stream, line }), child, broken };
}

/** Its stderr is the script's, which has it recorded: the last of it need not come twice. */
function withoutLastWords(running: RunningNode): RunningNode {
  return { ...running, exited: running.exited.then(({ lastWords: _lastWords, ...exit }) => exit) };
}

function bootFailed(error: NotReadyError, name: string, ready: Obligation, recorder: Recorder): BootFailed {
  if (error.exit) {
    const { code, signal } = error.exit;
    recorder.record({ kind: 'node', node: name, state: 'exited', code, signal, asked: false });
  }
  ready.unmet(error.message);
  return new BootFailed(error.message, { cause: error });
}
