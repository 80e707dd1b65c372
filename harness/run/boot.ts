// Nodes in start order, each layer at once, every log line and exit into the history. A node that does not come
// up ends the run with an open obligation: whose fault that is, the oracles say.
import { constants } from 'node:os';
import { isSpawned, nodeNamed, startOrder, type Node, type Topology } from '../model/topology.ts';
import { NotReadyError, type Ground, type NodeExit, type RunningNode, type StartConditions } from '../runtime/runtime.ts';
import type { Obligations } from './obligations.ts';
import type { Recorder } from './recorder.ts';

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

interface ConditionSource {
  conditions(node: string): StartConditions;
  /** The node is ready, so it has started under them. */
  began?(node: string): void | Promise<void>;
}

/** Some node was not ready in time; the history says which and why. */
export class BootFailed extends Error {}

export function systemOn(ground: Ground, topology: Topology, recorder: Recorder, obligations: Obligations): RunningSystem {
  const running = new Map<string, RunningNode>();
  const expected = new Map<string, Set<NodeJS.Signals | 'any'>>();
  const sources: ConditionSource[] = [];
  const ending = new Map<string, Promise<void>>();
  const order = startOrder(topology);
  let over = false;

  const expectExit = (name: string, signal: NodeJS.Signals | 'any' = 'any'): void =>
    void expected.set(name, (expected.get(name) ?? new Set()).add(signal));

  const watch = (started: RunningNode): void => {
    const { name } = started;
    const pid = started.pid !== undefined && { pid: started.pid };
    running.set(name, started);
    recorder.record({ kind: 'node', node: name, state: 'ready', ...pid });
    void started.exited.then(({ code, signal, byParent, lastWords = [] }) => {
      if (running.get(name) === started) running.delete(name);
      for (const line of lastWords) recorder.record({ kind: 'log', node: name, stream: 'stderr', line });
      recorder.record({
        kind: 'node',
        node: name,
        state: 'exited',
        ...pid,
        code,
        signal,
        asked: byParent !== undefined || isExpected({ code, signal }, expected.get(name)),
        ...(byParent && { byParent }),
      });
    });
  };

  /** A node that another one has started over stdio. */
  const adopt = (child: RunningNode): void => {
    expected.delete(child.name);
    watch(child);
    for (const source of sources) void Promise.resolve(source.began?.(child.name)).catch((error: Error) => broken(error.message));
  };

  const broken = (detail: string): void => void recorder.record({ kind: 'harness', problem: 'injector', detail });

  const start = async (name: string): Promise<void> => {
    const node = nodeNamed(topology, name);
    // A script that was cut off may still run: what it started now, nobody would stop.
    if (over) throw new BootFailed(`node '${name}' was not started: the run is over`);
    if (isSpawned(node)) throw new Error(`node '${name}' is started by whoever dials it over stdio, not by the run`);
    await ending.get(name)?.catch(() => undefined);
    expected.delete(name);
    recorder.record({ kind: 'node', node: name, state: 'starting' });
    const ready = obligations.open(`node '${name}' is ready`, { kind: 'ready', node: name }, node.readyWithinMs);
    try {
      const line = (stream: 'stdout' | 'stderr', text: string): void =>
        void recorder.record({ kind: 'log', node: name, stream, line: text });
      const started = await ground.start(node, { line, child: adopt, broken }, conditionsFor(name));
      watch(started);
      for (const source of sources) await source.began?.(name);
      ready.met();
    } catch (error) {
      if (!(error instanceof NotReadyError)) throw error;
      if (error.exit) {
        const { code, signal } = error.exit;
        recorder.record({ kind: 'node', node: name, state: 'exited', code, signal, asked: false });
      }
      ready.unmet(error.message);
      throw new BootFailed(error.message, { cause: error });
    }
  };

  const conditionsFor = (name: string): StartConditions => {
    const all = sources.map((source) => source.conditions(name));
    const helds = all.flatMap(({ held }) => held ?? []);
    return {
      environment: all.flatMap(({ environment = [] }) => environment),
      ...(helds.length > 0 && {
        held: async (node: RunningNode) => {
          for (const held of helds) await held(node);
        },
      }),
    };
  };

  /** Who is started while it is still being ended would be ended with it. */
  const end = (name: string, how: 'stop' | NodeJS.Signals): Promise<void> => {
    const ended = endNow(name, how).finally(() => {
      if (ending.get(name) === ended) ending.delete(name);
    });
    ending.set(name, ended);
    return ended;
  };

  const endNow = async (name: string, how: 'stop' | NodeJS.Signals): Promise<void> => {
    const node = running.get(name);
    if (!node) return;
    expectExit(name, how === 'stop' || how === 'SIGKILL' ? 'any' : how);
    if (how === 'stop') {
      recorder.record({ kind: 'node', node: name, state: 'stopping', ...(node.pid !== undefined && { pid: node.pid }) });
      await stopWithin(node, nodeNamed(topology, name), obligations, recorder);
    } else if (how === 'SIGKILL') await node.kill();
    else await node.signal(how);
    if (how === 'SIGKILL' || how === 'stop') await node.exited;
    // The exit is recorded by the listener above; give it its turn before anyone starts the node again.
    await new Promise((resolve) => setImmediate(resolve));
  };

  const stop = async (): Promise<void> => {
    over = true;
    for (const layer of order.toReversed()) await Promise.all(layer.map((node) => end(node.name, 'stop')));
  };

  return {
    node: (name) => running.get(name),
    start,
    end,
    expectExit,
    startUnder: (source) => void sources.push(source),
    names: () => topology.nodes.map((node) => node.name),
    stop,
    [Symbol.asyncDispose]: async () => {
      over = true;
      await Promise.allSettled([...running.keys()].map((name) => end(name, 'SIGKILL')));
    },
  };
}

/** Signals that a program may answer by ending in its own way. */
const ENDING: readonly string[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

function isExpected({ code, signal }: NodeExit, signals: ReadonlySet<NodeJS.Signals | 'any'> = new Set()): boolean {
  if (signals.has('any')) return true;
  // Shells pass on an end by signal n as code 128 + n.
  return [...signals].some((sent) =>
    signal === null ? ENDING.includes(sent) || code === 128 + (constants.signals[sent as NodeJS.Signals] ?? 0) : signal === sent,
  );
}

export async function boot(system: RunningSystem, topology: Topology): Promise<void> {
  for (const layer of startOrder(topology)) {
    const starts = await Promise.allSettled(layer.map((node: Node) => system.start(node.name)));
    const failed = starts.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

/** A node that does not end hangs; what outlives a node that has ended is a leak. */
async function stopWithin(running: RunningNode, node: Node, obligations: Obligations, recorder: Recorder): Promise<void> {
  const end = obligations.open(`node '${node.name}' ends after SIGTERM`, { kind: 'stop', node: node.name }, node.stopWithinMs);
  const { killed, survivors = [] } = await running.stop();
  // Where the node's own process cannot be told from what it started, the node itself counts as not having ended.
  const outlived =
    killed && running.pid !== undefined && survivors.length > 0 && !survivors.some(({ detail }) => detail.startsWith(`${running.pid} `));
  if (!killed || outlived) end.met();
  else end.unmet(`it was still there after ${node.stopWithinMs} ms and was killed`);
  if (outlived) for (const survivor of survivors) recorder.record({ kind: 'leftover', ...survivor });
}
