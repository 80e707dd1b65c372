// The ground of a run, the same for every runtime: its folder and addresses, who runs on it, how nodes and helper programs
// come up, and what is done when they do not. A runtime brings what it does in its own way:
//
//   surroundings   addresses, and what programs find around them     spawn     the first process of a program
//   api            where a helper program is reached                 running   signals to a node, faults on it
//   alive          what of the run lives that should not             end       everything, at the end of the run
import type { RuntimeName } from '../../model/case.ts';
import type { Address, Link } from '../../model/system/link.ts';
import { nodeNamed, type Node } from '../../model/system/topology.ts';
import { fakeClocks, type FakeClocks, setClockOf } from '../linux/fake-clock.ts';
import { fileLeftovers } from './file-leftovers.ts';
import { type LogLines, logLines } from '../logs/log-lines.ts';
import { mountSmallDisks, nodeFiles } from './node-files.ts';
import { makeHome, makeHomes } from './node-home.ts';
import { fillersOfNode, fillersOfProgram, type PlannedProgram, plannedProgram, type Surroundings } from './planned-program.ts';
import { whileHeld } from './prepared-start.ts';
import { untilApi, untilReady } from './readiness.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import {
  type Ground,
  type GroundRequest,
  type LaunchedProgram,
  type Leftover,
  type NodeExit,
  type NodeSink,
  type Program,
  type RunningNode,
  type StartConditions,
  type StartedChild,
  RuntimeError,
} from '../runtime.ts';
import { proxySockets, removeProxySockets, socketLeftovers } from './socket-leftovers.ts';

/** A program that a runtime has started. */
export interface Life {
  readonly exited: Promise<NodeExit>;
  readonly ended: boolean;
  /** SIGKILL to all of it; resolves when it has gone. */
  kill(): Promise<void>;
}

/** What a runtime does in its own way. */
export interface Primitives<L extends Life> {
  surroundings: Surroundings;
  /** What nodes and helper programs bind. */
  bind: string;
  /** Where nodes find the library for other clocks. @throws RuntimeError when there is none. */
  clockLibrary(): string;
  /** Where the harness will reach the API of a helper program that is about to start. @throws RuntimeError */
  api(program: Program): Promise<{ host: string; port: number }>;
  /** What must be there before a node starts. */
  before?(node: Node, sink: NodeSink): Promise<void>;
  /** @throws NotReadyError when the command cannot be started at all. */
  spawn(planned: PlannedProgram, log: LogLines): Promise<L>;
  running(node: Node, life: L, log: LogLines): RunningNode;
  /** The child of a stdio link of the driver; absent where there are no such links. */
  child?(link: Link, planned: PlannedProgram, sink: NodeSink): Promise<StartedChild>;
  /** What of this run is alive, but for helper programs that still run. */
  alive(running: { nodes: readonly string[]; programs: readonly string[] }): Promise<readonly Leftover[]>;
  /** Files in the temporary folders that its programs have for themselves, but for those of the run; none, when absent. */
  written?(): readonly string[];
  /** On which of its ports a node listens at every address of the machine; none, when absent. */
  wildcards?(node: Node, pids: readonly number[]): readonly number[];
  /** See Ground; none, when absent. */
  lostDials?(): number;
  /** Resolves when nothing of the run is alive. */
  end(lives: readonly L[]): Promise<void>;
}

/** Claims the folder of a run, lets the runtime settle in it, and makes a ground of both; what was begun is undone on an error. */
export async function openGround<L extends Life>(
  runtime: RuntimeName,
  request: GroundRequest,
  settle: (place: RunFolder, undo: AsyncDisposableStack) => Promise<Primitives<L>>,
): Promise<Ground> {
  const { runId, topology, signal } = request;
  signal.throwIfAborted();
  await using undo = new AsyncDisposableStack();
  const place = undo.use(await openRunFolder(runId, runtime));
  await makeHomes(place.folder, topology);
  const primitives = await settle(place, undo);
  // Before anything starts: what is mounted later, no container would see.
  await mountSmallDisks(nodeFiles(place.folder, primitives.surroundings.book.listen), request.disks ?? []);
  const clocks = request.clocks && (await fakeClocks(place.folder, request.clocks, primitives.clockLibrary()));
  undo.move();
  return sharedGround(request, place, primitives, clocks);
}

function sharedGround<L extends Life>(
  request: GroundRequest,
  place: RunFolder,
  primitives: Primitives<L>,
  clocks: FakeClocks | undefined,
): Ground {
  const { runId, topology, signal } = request;
  const { folder } = place;
  const { proxyPlace, dial, direct, listen } = primitives.surroundings.book;
  const nodes = new Map<string, L>();
  const programs = new Map<string, L>();
  const wildcardPorts = new Set<number>();

  return {
    runId,
    folder,
    proxyPlace,
    dial,
    direct,
    files: nodeFiles(folder, listen),
    setClock: (node, offsetMs, pids) => setClockOf(clocks, node, offsetMs, pids),
    async start(node, sink, under = {}) {
      signal.throwIfAborted();
      if (nodes.get(node.name)?.ended === false) throw new Error(`node '${node.name}' runs already`);
      return await startNode(node, sink, under, { primitives, clocks, nodes, signal, wildcardPorts });
    },
    async child(link, sink) {
      signal.throwIfAborted();
      if (primitives.child === undefined) throw new RuntimeError(`link '${link.name}': stdio links run in the process runtime only`);
      const node = nodeNamed(topology, link.to);
      const { surroundings } = primitives;
      const at = { fillers: fillersOfNode(node, surroundings), variables: clocks?.variables(node.name) };
      const planned = await plannedProgram({ kind: 'node', name: node.name }, { ...node, command: [] }, surroundings, at);
      return await primitives.child(link, planned, sink);
    },
    async launch(program, sink) {
      signal.throwIfAborted();
      if (programs.has(program.name)) throw new Error(`program '${program.name}' runs already`);
      return await launchProgram(program, sink, { primitives, programs, signal });
    },
    ...(primitives.lostDials && { lostDials: primitives.lostDials }),
    wildcardPorts: () => [...wildcardPorts],
    async leftovers() {
      // Sockets of proxies are the harness's own: a pooled fault server holds them without being launched here.
      const ours = proxySockets(request.proxied, proxyPlace);
      return [
        ...(await primitives.alive({ nodes: living(nodes), programs: living(programs) })),
        ...(await socketLeftovers(folder, topology, ours)),
        ...(await fileLeftovers(folder, topology, primitives.written?.() ?? [])),
      ];
    },
    async [Symbol.asyncDispose]() {
      await using _released = place;
      await primitives.end([...nodes.values(), ...programs.values()]);
    },
  };
}

async function startNode<L extends Life>(
  node: Node,
  sink: NodeSink,
  under: StartConditions,
  on: {
    primitives: Primitives<L>;
    clocks: FakeClocks | undefined;
    nodes: Map<string, L>;
    signal: AbortSignal;
    wildcardPorts: Set<number>;
  },
): Promise<RunningNode> {
  const { primitives, clocks, signal } = on;
  const { surroundings } = primitives;
  const at = { fillers: fillersOfNode(node, surroundings), variables: clocks?.variables(node.name), under };
  const planned = await plannedProgram({ kind: 'node', name: node.name }, node, surroundings, at);
  await clocks?.starting(node.name);
  await primitives.before?.(node, sink);
  const log = logLines(sink, node.ready.when === 'log' ? node.ready.contains : undefined);
  const life = await primitives.spawn(planned, log);
  on.nodes.set(node.name, life);
  const running = primitives.running(node, life, log);
  const address = (listener: string): Address => surroundings.book.direct(node.name, listener);
  try {
    if (under.held) await whileHeld(running, under.held);
    await untilReady({ node, address, log, exited: life.exited, signal });
    const pids = await running.pids();
    clocks?.followed(node.name, pids);
    for (const port of primitives.wildcards?.(node, pids) ?? []) on.wildcardPorts.add(port);
  } catch (error) {
    await life.kill();
    throw error;
  }
  return running;
}

async function launchProgram<L extends Life>(
  program: Program,
  sink: NodeSink,
  on: { primitives: Primitives<L>; programs: Map<string, L>; signal: AbortSignal },
): Promise<LaunchedProgram> {
  const { name, links } = program;
  const { primitives, programs, signal } = on;
  const { surroundings } = primitives;
  const api = await primitives.api(program);
  await makeHome(surroundings.folder, name);
  const at = { fillers: fillersOfProgram(program, primitives.bind, surroundings) };
  const planned = await plannedProgram({ kind: 'program', name }, program, surroundings, at);
  const log = logLines(sink);
  const life = await primitives.spawn(planned, log);
  programs.set(name, life);
  const dispose = async (): Promise<void> => {
    await life.kill();
    await removeProxySockets(links, surroundings.book.proxyPlace);
    programs.delete(name);
  };
  try {
    await untilApi({ program, api, log, exited: life.exited, signal });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { api, exited: life.exited, logTail: log.tail, [Symbol.asyncDispose]: dispose };
}

function living(lives: ReadonlyMap<string, Life>): string[] {
  return [...lives].filter(([, { ended }]) => !ended).map(([name]) => name);
}
