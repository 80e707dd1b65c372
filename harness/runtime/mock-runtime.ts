// A runtime without processes, for tests of what stands above it: nodes are functions in the harness's own process.
// Folder, addresses and readiness are the real ones, so a program may listen and be dialled; only lives are played.
import { createServer, type Server } from 'node:http';
import type { Address, Link } from '../model/link.ts';
import { linkNamed, type Node } from '../model/topology.ts';
import { addressBook, type AddressBook, type View } from './addresses.ts';
import { logLines } from './log-lines.ts';
import { type LogStream } from './log-lines.ts';
import { clockRefusal } from './fake-clock.ts';
import { fileFaultLacks, fileFaultRefusal, nodeFiles } from './node-files.ts';
import { homeLeftovers } from './home-leftovers.ts';
import { homeFolder, makeHome, makeHomes, stateFolder } from './node-home.ts';
import { fillAll, fillVariables, nodeFillers } from './placeholders.ts';
import { settlesWithin } from './poll.ts';
import { refusalOf } from './refusals.ts';
import { untilApi, untilReady } from './readiness.ts';
import { openRunFolder, type RunFolder } from './run-folder.ts';
import type {
  Ground,
  GroundRequest,
  LaunchedProgram,
  Leftover,
  NodeExit,
  NodeSink,
  Program,
  RunningNode,
  Runtime,
  StartConditions,
} from './runtime.ts';
import { proxySockets, removeProxySockets, socketLeftovers } from './socket-leftovers.ts';

/** What a played program sees and can do. */
export interface MockLife {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Listeners with the addresses to bind; a helper program has its control API as `api`. */
  readonly listens: ReadonlyMap<string, Address>;
  print(stream: LogStream, bytes: string | Buffer): void;
  /** Ends it by itself. */
  exit(exit: NodeExit): void;
  /** What SIGTERM does; without it the program ends by that signal. */
  onTerm(act: () => void): void;
  onPause(act: (paused: boolean) => void): void;
  /** Run in reverse order when it ends, however it ends, as the kernel closes what a process held. */
  held(release: MockRelease): void;
}

type MockRelease = () => void | Promise<void>;

export type MockProgram = (life: MockLife) => void;

export interface MockPlan {
  /** By the name of the node or program; the others listen, print what is awaited and end on SIGTERM. */
  programs?: Readonly<Record<string, MockProgram>>;
  unavailable?: string;
  /** Reported beside what really lies in the socket folder. */
  leftovers?: () => readonly Leftover[];
}

interface Played {
  exited: Promise<NodeExit>;
  readonly ended: boolean;
  end(exit: NodeExit): void;
  term(): void;
  pause(paused: boolean): void;
}

export function mockRuntime(plan: MockPlan = {}): Runtime {
  return {
    name: 'mock',
    unavailable: () => Promise.resolve(plan.unavailable),
    refuses: (fault) => refusalOf('mock', fault),
    lacks: () => Promise.resolve(undefined),
    lacksForFile: async (fault) => fileFaultRefusal('mock', fault) ?? (await fileFaultLacks(fault)),
    lacksForClocks: () => Promise.resolve(clockRefusal('mock')),
    async prepare(request) {
      const { runId, topology, proxied, signal } = request;
      signal.throwIfAborted();
      await using undo = new AsyncDisposableStack();
      const place = undo.use(await openRunFolder(runId, 'mock'));
      const view: View = { node: () => place.loopback, proxy: () => place.loopback };
      const book = addressBook(topology, proxied, place.folder, { bind: place.loopback, inside: view, outside: view });
      await makeHomes(place.folder, topology);
      undo.move();
      return mockGround(plan, request, place, book);
    },
  };
}

function mockGround(plan: MockPlan, request: GroundRequest, place: RunFolder, book: AddressBook): Ground {
  const { runId, topology, source, signal } = request;
  const { folder } = place;
  const nodes = new Map<string, Played>();
  const programs = new Map<string, { played: Played; links: readonly Link[] }>();

  async function start(node: Node, sink: NodeSink, { environment = [] }: StartConditions = {}): Promise<RunningNode> {
    signal.throwIfAborted();
    if (nodes.get(node.name)?.ended === false) throw new Error(`node '${node.name}' runs already`);
    const where = `node '${node.name}'`;
    const fillers = nodeFillers(node, topology, {
      nodeBinary: process.execPath,
      source,
      state: stateFolder(folder, node.name),
      home: homeFolder(folder, node.name),
      listen: (listener) => book.listen(node.name, listener),
      dial: (link) => book.dial(linkNamed(topology, link)),
    });
    const log = logLines(sink, node.ready.when === 'log' ? node.ready.contains : undefined);
    const awaited = node.ready.when === 'log' ? node.ready.contains : undefined;
    const played = play(plan.programs?.[node.name] ?? defaultProgram(awaited), log, {
      name: node.name,
      command: fillAll(node.command, fillers, where),
      env: playedVariables(fillVariables(node.env, fillers, where), environment),
      listens: new Map(Object.keys(node.listens).map((listener) => [listener, book.listen(node.name, listener)])),
    });
    nodes.set(node.name, played);
    try {
      const address = (listener: string): Address => book.direct(node.name, listener);
      await untilReady({ node, address, log, exited: played.exited, signal });
    } catch (error) {
      played.end({ code: null, signal: 'SIGKILL' });
      await played.exited;
      throw error;
    }
    return runningMock(node, played, log.tail);
  }

  async function launch(program: Program, sink: NodeSink): Promise<LaunchedProgram> {
    signal.throwIfAborted();
    const { name, links } = program;
    if (programs.has(name)) throw new Error(`program '${name}' runs already`);
    const api = { host: place.loopback, port: program.apiPort };
    await makeHome(folder, name);
    const log = logLines(sink);
    const fillers = new Map([
      ['node', () => process.execPath],
      ['host', () => api.host],
    ]);
    const played = play(plan.programs?.[name] ?? defaultProgram(undefined), log, {
      name,
      command: fillAll(program.command, fillers, `program '${name}'`),
      env: fillVariables(program.env ?? {}, fillers, `program '${name}'`),
      listens: new Map([['api', { transport: 'tcp', ...api }]]),
    });
    programs.set(name, { played, links });
    const dispose = async (): Promise<void> => {
      played.end({ code: null, signal: 'SIGKILL' });
      await played.exited;
      await removeProxySockets(links, book.proxyPlace);
      programs.delete(name);
    };
    try {
      await untilApi({ program, api, log, exited: played.exited, signal });
    } catch (error) {
      await dispose();
      throw error;
    }
    return { api, exited: played.exited, logTail: log.tail, [Symbol.asyncDispose]: dispose };
  }

  async function leftovers(): Promise<readonly Leftover[]> {
    const alive = [...nodes].filter(([, { ended }]) => !ended);
    const served = [...programs.values()].filter(({ played }) => !played.ended).flatMap(({ links }) => links);
    return [
      ...alive.map(([node]): Leftover => ({ what: 'process', detail: `played ${node}`, node })),
      ...(await socketLeftovers(folder, topology, proxySockets(served, book.proxyPlace))),
      ...(await homeLeftovers(folder, topology)),
      ...(plan.leftovers?.() ?? []),
    ];
  }

  async function dispose(): Promise<void> {
    await using _released = place;
    const all = [...nodes.values(), ...[...programs.values()].map(({ played }) => played)];
    for (const played of all) played.end({ code: null, signal: 'SIGKILL' });
    await Promise.all(all.map(({ exited }) => exited));
  }

  const { proxyPlace, dial, direct } = book;
  const files = nodeFiles(folder, book.listen);
  const setClock = (): Promise<number> => Promise.resolve(0);
  return { runId, folder, proxyPlace, dial, direct, launch, start, files, setClock, leftovers, [Symbol.asyncDispose]: dispose };
}

function playedVariables(
  env: Readonly<Record<string, string>>,
  environment: NonNullable<StartConditions['environment']>,
): Record<string, string> {
  const changed = { ...env };
  for (const { set = {}, unset = [] } of environment) {
    Object.assign(changed, set);
    for (const name of unset) delete changed[name];
  }
  return changed;
}

function play(
  program: MockProgram,
  log: ReturnType<typeof logLines>,
  about: Pick<MockLife, 'name' | 'command' | 'env' | 'listens'>,
): Played {
  const exit = Promise.withResolvers<NodeExit>();
  const releases: MockRelease[] = [];
  let ended = false;
  let paused = false;
  let termPending = false;
  let onTerm = (): void => end({ code: null, signal: 'SIGTERM' });
  let onPause: (paused: boolean) => void = () => {};

  function end(how: NodeExit): void {
    if (ended) return;
    ended = true;
    log.end('stdout');
    log.end('stderr');
    void released(releases).finally(() => exit.resolve(how));
  }
  function term(): void {
    if (ended) return;
    if (paused) termPending = true;
    else onTerm();
  }

  program({
    ...about,
    print: (stream, bytes) => {
      if (!ended) log.write(stream, Buffer.from(bytes));
    },
    exit: end,
    onTerm: (act) => {
      onTerm = act;
    },
    onPause: (act) => {
      onPause = act;
    },
    held: (release) => {
      releases.push(release);
    },
  });
  return {
    exited: exit.promise,
    get ended() {
      return ended;
    },
    end,
    term,
    pause(next) {
      if (ended || next === paused) return;
      paused = next;
      onPause(paused);
      if (paused || !termPending) return;
      termPending = false;
      onTerm();
    },
  };
}

async function released(releases: MockRelease[]): Promise<void> {
  for (const release of releases.splice(0).toReversed()) await release();
}

function runningMock(node: Node, played: Played, logTail: () => readonly string[]): RunningNode {
  const kill = async (): Promise<void> => {
    played.end({ code: null, signal: 'SIGKILL' });
    await played.exited;
  };
  return {
    name: node.name,
    pid: undefined,
    exited: played.exited,
    pids: () => Promise.resolve([]),
    async signal(signal) {
      if (signal === 'SIGTERM') played.term();
      else if (signal === 'SIGSTOP' || signal === 'SIGCONT') played.pause(signal === 'SIGSTOP');
      else played.end({ code: null, signal });
      return Promise.resolve();
    },
    pause: async () => Promise.resolve(played.pause(true)),
    resume: async () => Promise.resolve(played.pause(false)),
    async stop() {
      if (played.ended) return { killed: false };
      played.term();
      played.pause(false);
      if (await settlesWithin(played.exited, node.stopWithinMs)) return { killed: false };
      await kill();
      return { killed: true, survivors: [{ what: 'process', detail: `played ${node.name}`, node: node.name }] };
    },
    kill,
    impose: () => Promise.reject(new Error('the mock runtime refuses what lasts on a process')),
    logTail,
  };
}

/** Listens wherever it may, answers GET with its name, and prints what is awaited once all listeners accept. */
function defaultProgram(awaited: string | undefined): MockProgram {
  return (life) => {
    const servers = [...life.listens.values()].map((address) => served(life, address));
    void Promise.all(servers).then(() => life.print('stdout', `${awaited ?? 'up'}\n`));
  };
}

function served(life: MockLife, address: Address): Promise<void> {
  const server: Server = createServer((_question, answer) => answer.end(life.name));
  life.held(() => {
    server.close();
    server.closeAllConnections();
  });
  server.on('error', (error) => {
    life.print('stderr', `${error.message}\n`);
    life.exit({ code: 1, signal: null });
  });
  return new Promise((resolve) => {
    if (address.transport === 'tcp') server.listen(address.port, address.host, resolve);
    else server.listen(address.path, resolve);
  });
}
