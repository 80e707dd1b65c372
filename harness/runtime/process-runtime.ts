// Nodes as processes of this machine. A run has a loopback address of its own, so ports are the ones in the topology
// and runs side by side never meet. Each node is a process group with marker variables, killed as a tree.
import { basename, delimiter, dirname } from 'node:path';
import type { Link } from '../model/link.ts';
import { linkNamed, type Node, nodeNamed, stdioLinksFrom } from '../model/topology.ts';
import { clockLibrary, fakeClocks, type FakeClocks, setClockOf } from './fake-clock.ts';
import { type AddressBook, addressBook, type View } from './addresses.ts';
import { requireFree } from './free-port.ts';
import { type LogLines, logLines } from './log-lines.ts';
import { killUntilGone, markedProcesses, NODE_MARKER, RUN_MARKER } from './marked-processes.ts';
import { fileFaultLacks, mountSmallDisks, nodeFiles } from './node-files.ts';
import { homeLeftovers } from './home-leftovers.ts';
import { environment, homeFolder, type Inhabitant, makeHome, makeHomes, programsFolder, stateFolder } from './node-home.ts';
import { type Fillers, fillAll, fillVariables, nodeFillers } from './placeholders.ts';
import { absent, lackedTool } from './lacking.ts';
import { nodeFolder, type NodeProcesses, type PipeWritable } from './node-processes.ts';
import { settlesWithin } from './poll.ts';
import { preparedStart, whileHeld } from './prepared-start.ts';
import { refusalOf } from './refusals.ts';
import { isTracer } from './system-calls.ts';
import { KILL_WITHIN_MS, killTree, processLeftover, type ProcessTree, runningNode } from './process-tree.ts';
import { untilApi, untilReady } from './readiness.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import {
  type Ground,
  type GroundRequest,
  type LaunchedProgram,
  type Leftover,
  type NodeSink,
  type StartConditions,
  NotReadyError,
  type Program,
  type RunningNode,
  type Runtime,
  RuntimeError,
} from './runtime.ts';
import { removeProxySockets, proxySockets, socketLeftovers } from './socket-leftovers.ts';
import { spawnProgram } from './spawn-program.ts';
import { stdioChildren } from './stdio-children.ts';
import { farWords, nearWords, stdioPlace, writeWrapper } from './stdio-place.ts';
import { sweepDeadRuns } from './sweep.ts';

interface ProcessRuntimeSettings {
  /** The program whose two halves stand between a node and a child that it talks to over stdio. */
  stdioShim?: string;
  /** Needed to see that a pipe is full; a node's own output is a socket here unless it puts another in its place. */
  pipeWritable?: PipeWritable;
}

export function processRuntime(settings: ProcessRuntimeSettings = {}): Runtime {
  const linux = process.platform === 'linux';
  return {
    name: 'process',
    unavailable: () => Promise.resolve(linux ? undefined : 'the process runtime reads /proc: run it on Linux, or in a container'),
    refuses: (fault) => refusalOf('process', fault),
    lacks: async (fault) => (fault.kind === 'unread' ? await absent('ss', 'apt-get install iproute2') : await lackedTool(fault)),
    lacksForFile: fileFaultLacks,
    lacksForClocks() {
      const library = clockLibrary();
      return Promise.resolve('missing' in library ? library.missing : undefined);
    },
    prepare: (request) => prepare(request, settings),
  };
}

async function prepare(request: GroundRequest, settings: ProcessRuntimeSettings): Promise<Ground> {
  const { runId, topology, proxied, signal } = request;
  signal.throwIfAborted();
  await sweepDeadRuns();
  await using undo = new AsyncDisposableStack();
  const place = undo.use(await openRunFolder(runId, 'process'));
  const view: View = { node: () => place.loopback, proxy: () => place.loopback };
  const book = addressBook(topology, proxied, place.folder, { bind: place.loopback, inside: view, outside: view });
  await makeHomes(place.folder, topology);
  await Promise.all(book.tcpPorts.map((port) => requireFree(place.loopback, port)));
  await mountSmallDisks(nodeFiles(place.folder, book.listen), request.disks ?? []);
  const clocks = request.clocks && (await fakeClocks(place.folder, request.clocks, requireClockLibrary()));
  undo.move();
  return processGround(request, place, book, clocks, settings);
}

function processGround(
  request: GroundRequest,
  place: RunFolder,
  book: AddressBook,
  clocks: FakeClocks | undefined,
  { stdioShim, pipeWritable }: ProcessRuntimeSettings,
): Ground {
  const { runId, topology, source, signal } = request;
  const { folder } = place;
  const nodes = new Map<string, ProcessTree>();
  const programs = new Map<string, ProcessTree & { links: readonly Link[] }>();

  const children = stdioChildren({
    topology,
    launch: launchFarHalf,
    marked: (name) => markedProcesses(runId).filter(({ node }) => node === name),
    place: placeOf,
  });

  function placeOf(name: string): Pick<NodeProcesses, 'runId' | 'folder' | 'pipeWritable'> {
    return { runId, folder: (which) => nodeFolder(folder, name, which), pipeWritable };
  }

  async function spawn(
    who: Inhabitant,
    plan: Pick<Program, 'command' | 'env'>,
    fillers: Fillers,
    log: LogLines,
    under: StartConditions = {},
  ): Promise<ProcessTree> {
    const where = `${who.kind} '${who.name}'`;
    const own = { ...fillVariables(plan.env ?? {}, fillers, where), ...(who.kind === 'node' && clocks?.variables(who.name)) };
    const planned = { command: fillAll(plan.command, fillers, where), env: environment(folder, runId, who, searchPath(), own) };
    const { command, env } = await preparedStart(planned, under, programsFolder(folder), (set) => fillVariables(set, fillers, where));
    const first = await spawnProgram(command, { env, cwd: stateFolder(folder, who.name), log });
    if ('failed' in first) throw new NotReadyError(who.name, `its command to start, but ${first.failed}`, []);
    return { first, marked: () => markedProcesses(runId).filter((marked) => marked[who.kind] === who.name) };
  }

  async function start(node: Node, sink: NodeSink, under?: StartConditions): Promise<RunningNode> {
    signal.throwIfAborted();
    if (nodes.get(node.name)?.first.ended === false) throw new Error(`node '${node.name}' runs already`);
    const fillers = fillersOf(node);
    await clocks?.starting(node.name);
    for (const link of stdioLinksFrom(topology, node.name)) await children.open(link, sink);
    const log = logLines(sink, node.ready.when === 'log' ? node.ready.contains : undefined);
    const tree = await spawn({ kind: 'node', name: node.name }, node, fillers, log, under);
    nodes.set(node.name, tree);
    const running = runningNode(node, tree, log, placeOf(node.name));
    const address = (listener: string): ReturnType<Ground['direct']> => book.direct(node.name, listener);
    try {
      if (under?.held) await whileHeld(running, under.held);
      await untilReady({ node, address, log, exited: tree.first.exited, signal });
      clocks?.followed(node.name, await running.pids());
    } catch (error) {
      await killTree(tree);
      throw error;
    }
    return {
      ...running,
      async stop() {
        const { killed, survivors } = await running.stop();
        return { killed, ...(survivors && { survivors: survivors.map(children.behind) }) };
      },
    };
  }

  function fillersOf(node: Node): Fillers {
    return nodeFillers(node, topology, {
      nodeBinary: process.execPath,
      source,
      state: stateFolder(folder, node.name),
      home: homeFolder(folder, node.name),
      listen: (listener) => book.listen(node.name, listener),
      dial: (link) => book.dial(linkNamed(topology, link)),
      stdio(name) {
        const link = linkNamed(topology, name);
        const stdio = stdioPlace(folder, topology, link);
        return { words: nearWords(shim(), stdio, book.dial(link)), wrapper: stdio.wrapper };
      },
    });
  }

  /** The child gets the variables of the node that starts it, its own over them, and marks that tell it from that node. */
  async function launchFarHalf(link: Link, log: LogLines): Promise<ProcessTree> {
    const child = nodeNamed(topology, link.to);
    const where = `node '${child.name}'`;
    const fillers = fillersOf(child);
    const env = { ...fillVariables(child.env, fillers, where), [RUN_MARKER]: runId, [NODE_MARKER]: child.name };
    const stdio = stdioPlace(folder, topology, link);
    await writeWrapper(stdio, nearWords(shim(), stdio, book.dial(link)));
    const name = basename(dirname(stdio.wrapper));
    await makeHome(folder, `stdio-${name}`);
    const command = farWords(shim(), stdio, { command: fillAll(child.command, fillers, where), env });
    const tree = await spawn({ kind: 'program', name: `stdio-${name}` }, { command }, new Map(), log);
    programs.set(`stdio-${name}`, { ...tree, links: [] });
    return tree;
  }

  function shim(): string {
    if (stdioShim === undefined) throw new RuntimeError('this process runtime was made without the shim that stdio links need');
    return stdioShim;
  }

  async function launch(program: Program, sink: NodeSink): Promise<LaunchedProgram> {
    signal.throwIfAborted();
    const { name, links } = program;
    if (programs.has(name)) throw new Error(`program '${name}' runs already`);
    const api = { host: place.loopback, port: program.apiPort };
    await requireFree(api.host, api.port);
    await makeHome(folder, name);
    const log = logLines(sink);
    const fillers = new Map([
      ['node', () => process.execPath],
      ['host', () => api.host],
    ]);
    const tree = await spawn({ kind: 'program', name }, program, fillers, log);
    programs.set(name, { ...tree, links });
    const launched: LaunchedProgram = {
      api,
      exited: tree.first.exited,
      logTail: log.tail,
      async [Symbol.asyncDispose]() {
        await killTree(tree);
        await removeProxySockets(links, book.proxyPlace);
        programs.delete(name);
      },
    };
    try {
      await untilApi({ program, api, log, exited: launched.exited, signal });
    } catch (error) {
      await launched[Symbol.asyncDispose]();
      throw error;
    }
    return launched;
  }

  async function leftovers(): Promise<readonly Leftover[]> {
    const alive = new Map([...programs].filter(([, { first }]) => !first.ended));
    await children.settled();
    const processes = markedProcesses(runId).filter(
      ({ pid, program }) => !children.isNear(pid) && (program === undefined || !(alive.has(program) || isTracer(program))),
    );
    // Sockets of proxies are the harness's own: a pooled fault server holds them without being launched here.
    const ours = proxySockets(request.proxied, book.proxyPlace);
    return [
      ...processes.map(processLeftover),
      ...(await socketLeftovers(folder, topology, ours)),
      ...(await homeLeftovers(folder, topology)),
    ];
  }

  async function dispose(): Promise<void> {
    await using _released = place;
    children[Symbol.dispose]();
    const { left } = await killUntilGone(() => markedProcesses(runId).map(({ pid }) => pid), KILL_WITHIN_MS);
    const trees = [...nodes.values(), ...programs.values()];
    await settlesWithin(Promise.all(trees.map(({ first }) => first.exited)), KILL_WITHIN_MS);
    if (left.length > 0) throw new RuntimeError(`processes ${left.join(', ')} of run ${runId} survived SIGKILL`);
  }

  const { proxyPlace, dial, direct } = book;
  const files = nodeFiles(folder, book.listen);
  const setClock = (node: string, offsetMs: number, pids: readonly number[]): Promise<number> => setClockOf(clocks, node, offsetMs, pids);
  return { runId, folder, proxyPlace, dial, direct, launch, start, files, setClock, leftovers, [Symbol.asyncDispose]: dispose };
}

/** @throws RuntimeError: planning has asked for it, so it went away since. */
function requireClockLibrary(): string {
  const library = clockLibrary();
  if ('missing' in library) throw new RuntimeError(library.missing);
  return library.path;
}

/** The harness's own Node comes first, so that a script which asks for `node` gets the same one. */
function searchPath(): string {
  return [dirname(process.execPath), process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'].join(delimiter);
}
