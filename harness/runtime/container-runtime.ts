// Nodes as containers of a local Docker engine, on a network of the run's own. Every node has a fixed address in it and
// the harness reaches containers by these addresses over the bridge: the kernel carries each byte, reset and silence
// as it is, where a published port would put the engine's relay between the driver and a fault.
//
//   198.18.n.0/24        one run's network (198.18.0.0/15 is set aside for tests, RFC 2544)
//           .16 ...      nodes in the topology's order
//           .200 ...     helper programs, which hold the links' proxies
import { createHash } from 'node:crypto';
import type { Link } from '../model/link.ts';
import type { NodeFault } from '../model/node-fault.ts';
import { linkNamed, type Node } from '../model/topology.ts';
import { addressBook, type Hosts } from './addresses.ts';
import { runningContainer, endContainer } from './container-node.ts';
import { mountsFor, NODE_INSIDE } from './container-mounts.ts';
import type { Container, StartedContainer } from './docker-container.ts';
import { connectEngine, type Engine, engineMissing } from './docker-engine.ts';
import { cureForImage, imageFor, IMAGES } from './images.ts';
import { fakeClocks, type FakeClocks, LIBRARY_INSIDE, setClockOf } from './fake-clock.ts';
import { type LogLines, logLines } from './log-lines.ts';
import { fileFaultLacks, mountSmallDisks, nodeFiles } from './node-files.ts';
import { homeLeftovers } from './home-leftovers.ts';
import { environment, homeFolder, type Inhabitant, makeHome, makeHomes, programsFolder, stateFolder } from './node-home.ts';
import { type Fillers, fillAll, fillVariables, nodeFillers } from './placeholders.ts';
import { lackedTool } from './lacking.ts';
import { nodeFolder, type PipeWritable } from './node-processes.ts';
import { preparedStart, whileHeld } from './prepared-start.ts';
import { refusalOf } from './refusals.ts';
import { untilApi, untilReady } from './readiness.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import {
  type Ground,
  type GroundRequest,
  type LaunchedProgram,
  type Leftover,
  type NodeSink,
  type StartConditions,
  type Program,
  type RunningNode,
  type Runtime,
  RuntimeError,
} from './runtime.ts';
import { proxySockets, removeProxySockets, socketLeftovers } from './socket-leftovers.ts';
import { sweepDeadRuns } from './sweep.ts';

interface Site {
  place: RunFolder;
  engine: Engine;
  network: string;
  /** `198.18.n.` */
  prefix: string;
  clocks: FakeClocks | undefined;
}

const NODE_FIRST = 16;
const PROGRAM_FIRST = 200;
const HOST_LAST = 254;
const SUBNETS = 512;
const PATH_INSIDE = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface ContainerRuntimeSettings {
  /** Needed to see that the pipe is full into which a node's output goes. */
  pipeWritable?: PipeWritable;
}

export function containerRuntime(settings: ContainerRuntimeSettings = {}): Runtime {
  return {
    name: 'container',
    unavailable,
    refuses: (fault) => refusalOf('container', fault),
    lacks: (fault) => lacks(fault, settings),
    lacksForFile: fileFaultLacks,
    // The bundled image has the library; an image of a user's own is looked at when its node runs.
    lacksForClocks: () => Promise.resolve(undefined),
    prepare: (request) => prepare(request, settings),
  };
}

async function lacks(fault: NodeFault, { pipeWritable }: ContainerRuntimeSettings): Promise<string | undefined> {
  if (fault.kind === 'unread')
    return pipeWritable ? undefined : 'the native calls do not load, so nobody sees that a pipe is full: install without --omit=optional';
  if (fault.kind !== 'limit') return await lackedTool(fault);
  return (await lackedTool(fault)) ?? (await (await connectEngine()).limitless());
}

async function unavailable(): Promise<string | undefined> {
  const missing = engineMissing();
  if (missing !== undefined) return missing;
  try {
    const engine = await connectEngine();
    return (await engine.unsuitable()) ?? ((await engine.hasImage(IMAGES.base)) ? undefined : cureForImage(IMAGES.base));
  } catch (error) {
    if (error instanceof RuntimeError) return error.message;
    throw error;
  }
}

async function prepare(request: GroundRequest, settings: ContainerRuntimeSettings): Promise<Ground> {
  const { runId, topology, signal } = request;
  signal.throwIfAborted();
  await sweepDeadRuns();
  if (topology.nodes.length > PROGRAM_FIRST - NODE_FIRST)
    throw new RuntimeError(`at most ${PROGRAM_FIRST - NODE_FIRST} nodes fit in a run's network`);
  const engine = await connectEngine();
  await using undo = new AsyncDisposableStack();
  const place = undo.use(await openRunFolder(runId, 'container'));
  undo.defer(async () => void (await engine.removeRun(runId)));
  await makeHomes(place.folder, topology);
  // Before any container is made: what is mounted later, none of them would see.
  await mountSmallDisks(nodeFiles(place.folder, noSockets), request.disks ?? []);
  const clocks = request.clocks && (await fakeClocks(place.folder, request.clocks, LIBRARY_INSIDE));
  const images = new Set(topology.nodes.map((node) => imageFor(node).image));
  const [network] = await Promise.all([openNetwork(engine, runId), ...[...images].map((image) => engine.requireImage(image))]);
  undo.move();
  return containerGround(request, { place, engine, clocks, ...network }, settings);
}

/** The engine itself says which ranges are taken: the search starts at a place of the run's own. */
async function openNetwork(engine: Engine, runId: string): Promise<Pick<Site, 'network' | 'prefix'>> {
  const network = `tornwire-${runId}`;
  const first = createHash('sha256').update(runId).digest().readUInt16BE(0);
  for (let step = 0; step < 64; step += 1) {
    const number = (first + step) % SUBNETS;
    const prefix = `198.${18 + Math.floor(number / 256)}.${number % 256}.`;
    if (await engine.createNetwork(network, runId, `${prefix}0/24`)) return { network, prefix };
  }
  throw new RuntimeError('64 networks in a row are taken in 198.18.0.0/15: remove old ones with docker network prune');
}

function containerGround(
  request: GroundRequest,
  { place, engine, network, prefix, clocks }: Site,
  { pipeWritable }: ContainerRuntimeSettings,
): Ground {
  const { runId, topology, source, proxied, signal } = request;
  const { folder } = place;
  const containers = new Map<string, { container: Container; prepared: string }>();
  const nodes = new Map<string, StartedContainer>();
  const programs = new Map<string, { started: StartedContainer; links: readonly Link[] }>();
  const nodeAddresses = new Map(topology.nodes.map((node, index) => [node.name, `${prefix}${NODE_FIRST + index}`]));
  const proxyAddresses = new Map<string, string>();
  let programsMade = 0;
  const book = addressBook(topology, proxied, folder, hosts(nodeAddresses, proxyAddresses));

  async function create(
    who: Inhabitant,
    plan: Pick<Program, 'command' | 'env' | 'image' | 'reads'>,
    at: { address: string; aliases: readonly string[]; fillers: Fillers; source: string | undefined; under?: StartConditions },
  ): Promise<Container> {
    const where = `${who.kind} '${who.name}'`;
    const { image, bundled } = imageFor(plan);
    const { command, env } = await preparedStart(
      {
        command: fillAll(plan.command, at.fillers, where),
        env: environment(folder, runId, who, PATH_INSIDE, {
          ...fillVariables(plan.env ?? {}, at.fillers, where),
          ...(who.kind === 'node' && clocks?.variables(who.name)),
        }),
      },
      at.under ?? {},
      programsFolder(folder),
      (set) => fillVariables(set, at.fillers, where),
    );
    const aliases = [...proxyAddresses].map(([link, address]): [string, string] => [proxyAlias(proxied, link), address]);
    return await engine.createContainer({
      name: `${network}-${who.name}`,
      runId,
      hostname: who.name,
      image,
      command,
      env,
      workingFolder: stateFolder(folder, who.name),
      network: { name: network, address: at.address, aliases: [who.name, ...at.aliases] },
      hosts: Object.fromEntries([...nodeAddresses, ...aliases]),
      mounts: mountsFor(folder, bundled, at.source, plan.reads),
    });
  }

  async function start(node: Node, sink: NodeSink, under: StartConditions = {}): Promise<RunningNode> {
    signal.throwIfAborted();
    if (nodes.get(node.name)?.ended === false) throw new Error(`node '${node.name}' runs already`);
    const container = await containerOf(node, under);
    await clocks?.starting(node.name);
    const log = logLines(sink, node.ready.when === 'log' ? node.ready.contains : undefined);
    const started = await container.start(log);
    nodes.set(node.name, started);
    const address = (listener: string): ReturnType<Ground['direct']> => book.direct(node.name, listener);
    const running = runningContainer(node, started, log, {
      runId,
      folder: (which) => nodeFolder(folder, node.name, which),
      pipeWritable,
      cutOff: () => engine.cutOff(container.name, networkOf(node)),
    });
    try {
      if (under.held) await whileHeld(running, under.held);
      await untilReady({ node, address, log, exited: started.exited, signal });
      clocks?.followed(node.name, await running.pids());
    } catch (error) {
      await endContainer(started);
      throw error;
    }
    return running;
  }

  /** A container keeps its command and variables, so one that was made under other conditions gives its place to a new one. */
  async function containerOf(node: Node, under: StartConditions): Promise<Container> {
    const prepared = JSON.stringify([under.environment ?? [], under.held !== undefined]);
    const known = containers.get(node.name);
    if (known?.prepared === prepared) return known.container;
    await known?.container.remove();
    const container = await createNode(node, under);
    containers.set(node.name, { container, prepared });
    return container;
  }

  function networkOf(node: Node): { name: string; address: string; aliases: string[] } {
    const address = nodeAddresses.get(node.name);
    if (address === undefined) throw new Error(`node '${node.name}' is not in this run's topology`);
    return { name: network, address, aliases: [node.name] };
  }

  function createNode(node: Node, under: StartConditions): Promise<Container> {
    const fillers = nodeFillers(node, topology, {
      nodeBinary: imageFor(node).bundled ? NODE_INSIDE : 'node',
      source,
      state: stateFolder(folder, node.name),
      home: homeFolder(folder, node.name),
      listen: (listener) => book.listen(node.name, listener),
      dial: (link) => book.dial(linkNamed(topology, link)),
    });
    const { address } = networkOf(node);
    return create({ kind: 'node', name: node.name }, node, { address, aliases: [], fillers, source, under });
  }

  async function launch(program: Program, sink: NodeSink): Promise<LaunchedProgram> {
    signal.throwIfAborted();
    const { name, links } = program;
    if (programs.has(name)) throw new Error(`program '${name}' runs already`);
    const number = PROGRAM_FIRST + programsMade;
    if (number > HOST_LAST) throw new RuntimeError(`at most ${HOST_LAST - PROGRAM_FIRST + 1} programs are launched in one run`);
    programsMade += 1;
    const address = `${prefix}${number}`;
    for (const link of links) proxyAddresses.set(link.name, address);
    await Promise.all([engine.requireImage(imageFor(program).image), makeHome(folder, name)]);
    const fillers = new Map([
      ['node', () => NODE_INSIDE],
      ['host', () => '0.0.0.0'],
    ]);
    const aliases = links.map((link) => proxyAlias(proxied, link.name));
    const container = await create({ kind: 'program', name }, program, { address, aliases, fillers, source: undefined });
    const log = logLines(sink);
    return await startProgram(program, container, { host: address, port: program.apiPort }, log);
  }

  async function startProgram(
    program: Program,
    container: Container,
    api: LaunchedProgram['api'],
    log: LogLines,
  ): Promise<LaunchedProgram> {
    const { name, links } = program;
    await using undo = new AsyncDisposableStack();
    undo.defer(async () => {
      await container.remove();
      await removeProxySockets(links, book.proxyPlace);
      programs.delete(name);
    });
    const started = await container.start(log);
    programs.set(name, { started, links });
    await untilApi({ program, api, log, exited: started.exited, signal });
    const release = undo.move();
    return { api, exited: started.exited, logTail: log.tail, [Symbol.asyncDispose]: () => release.disposeAsync() };
  }

  async function leftovers(): Promise<readonly Leftover[]> {
    const alive = [...programs].filter(([, { started }]) => !started.ended);
    const expected = new Set(alive.map(([name]) => `${network}-${name}`));
    const served = proxySockets(
      alive.flatMap(([, { links }]) => links),
      book.proxyPlace,
    );
    const found = await engine.listRun(runId);
    return [
      ...found.containers.filter((name) => !expected.has(name)).map((detail) => containerLeftover(detail, network)),
      ...found.networks.filter((name) => name !== network).map((detail): Leftover => ({ what: 'network', detail })),
      ...(await socketLeftovers(folder, topology, served)),
      ...(await homeLeftovers(folder, topology)),
    ];
  }

  async function dispose(): Promise<void> {
    await using _released = place;
    await engine.removeRun(runId);
  }

  const { proxyPlace, dial, direct } = book;
  const files = nodeFiles(folder, book.listen);
  const setClock = (node: string, offsetMs: number, pids: readonly number[]): Promise<number> => setClockOf(clocks, node, offsetMs, pids);
  return { runId, folder, proxyPlace, dial, direct, launch, start, files, setClock, leftovers, [Symbol.asyncDispose]: dispose };

  function containerLeftover(detail: string, prefixed: string): Leftover {
    const node = detail.slice(prefixed.length + 1);
    return { what: 'container', detail, ...(nodeAddresses.has(node) ? { node } : {}) };
  }
}

function noSockets(node: string): never {
  throw new Error(`a small disk of node '${node}' cannot be a socket file`);
}

function hosts(nodeAddresses: ReadonlyMap<string, string>, proxyAddresses: ReadonlyMap<string, string>): Hosts {
  return {
    bind: '0.0.0.0',
    inside: { node: (name) => name, proxy: (_link, index) => `link-${index}` },
    outside: {
      node: (name) => nodeAddresses.get(name) ?? unknown(`node '${name}' is not in this run's topology`),
      proxy: (link) => proxyAddresses.get(link.name) ?? unknown(`no program was launched yet that holds the proxy of link '${link.name}'`),
    },
  };
}

/** The host name under which nodes dial a link. */
function proxyAlias(proxied: readonly Link[], name: string): string {
  return `link-${proxied.findIndex((link) => link.name === name)}`;
}

function unknown(what: string): never {
  throw new Error(what);
}
