// A runtime without processes, for tests of what stands above it: nodes are functions in the harness's own process.
// Folder, addresses and readiness are the real ones, so a program may listen and be dialled; only lives are played.
import { createServer, type Server } from 'node:http';
import type { Address } from '../model/link.ts';
import { type Node, nodeNamed } from '../model/topology.ts';
import { type LogLines, type LogStream } from './log-lines.ts';
import { loopbackBook } from './loopback.ts';
import { fileFaultLacks } from './node-files.ts';
import type { PlannedProgram } from './planned-program.ts';
import { settlesWithin } from './poll.ts';
import type { RunFolder } from './run-folder.ts';
import type { DemandingStep, Ground, GroundRequest, Leftover, NodeExit, RunningNode, Runtime } from './runtime.ts';
import { type Life, openGround, type Primitives } from './shared-ground.ts';

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

interface Played extends Life {
  end(exit: NodeExit): void;
  term(): void;
  pause(paused: boolean): void;
}

export function mockRuntime(plan: MockPlan = {}): Runtime {
  return {
    name: 'mock',
    helpers: 'process',
    unavailable: () => Promise.resolve(plan.unavailable),
    refuses,
    lacks: async (step) => (step.on === 'file' ? await fileFaultLacks(step.fault) : undefined),
    async prepare(request) {
      const ground = await openGround('mock', request, async (place) => mockGround(plan, request, place));
      // There is no moment before the first instruction of a function.
      const start: Ground['start'] = (node, sink, { environment = [] } = {}) => ground.start(node, sink, { environment });
      return { ...ground, start };
    },
  };
}

function refuses(step: DemandingStep): string | undefined {
  if (step.on === 'clock') return 'a played program has the clock of the harness';
  if (step.on === 'file') return step.fault.kind === 'full-disk' ? 'the folder of a played program is no disk of its own' : undefined;
  const { fault } = step;
  switch (fault.kind) {
    case 'signal':
    case 'kill':
    case 'pause':
    case 'restart':
      return undefined;
    case 'environment':
      return fault.without || fault.first ? 'a played program looks for no programs' : undefined;
    case 'unread':
      return 'a played program writes to no pipe';
    case 'limit':
      return 'a played program takes what it needs from the harness';
    case 'network-cut':
      return 'a played program has no network of its own';
    case 'calls':
      return 'a played program makes its system calls as the harness';
    default:
      return fault satisfies never;
  }
}

function mockGround(plan: MockPlan, request: GroundRequest, place: RunFolder): Primitives<Played> {
  const { topology } = request;
  const { folder, loopback } = place;
  const book = loopbackBook(request, place);
  const apis = new Map<string, Address>();

  async function spawn({ who: { kind, name }, command, env }: PlannedProgram, log: LogLines): Promise<Played> {
    if (kind === 'program') {
      const api = apis.get(name);
      return play(plan.programs?.[name] ?? defaultProgram(undefined), log, {
        name,
        command,
        env,
        listens: new Map(api === undefined ? [] : [['api', api]]),
      });
    }
    const { ready, listens } = nodeNamed(topology, name);
    const program = plan.programs?.[name] ?? defaultProgram(ready.when === 'log' ? ready.contains : undefined);
    const addresses = new Map(Object.keys(listens).map((listener) => [listener, book.listen(name, listener)]));
    return play(program, log, { name, command, env, listens: addresses });
  }

  return {
    surroundings: { request, folder, book, path: '', nodeBinary: () => process.execPath },
    bind: loopback,
    clockLibrary: () => unplayable('a clock'),
    async api({ name, apiPort }) {
      apis.set(name, { transport: 'tcp', host: loopback, port: apiPort });
      return { host: loopback, port: apiPort };
    },
    spawn,
    running: runningMock,
    async alive({ nodes }) {
      return [...nodes.map((node): Leftover => ({ what: 'process', detail: `played ${node}`, node })), ...(plan.leftovers?.() ?? [])];
    },
    async end(lives) {
      await Promise.all(lives.map((played) => played.kill()));
    },
  };
}

function unplayable(what: string): never {
  throw new Error(`the mock runtime refuses ${what} of its own`);
}

function play(program: MockProgram, log: LogLines, about: Pick<MockLife, 'name' | 'command' | 'env' | 'listens'>): Played {
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
    async kill() {
      end({ code: null, signal: 'SIGKILL' });
      await exit.promise;
    },
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

function runningMock(node: Node, played: Played, log: LogLines): RunningNode {
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
      await played.kill();
      return { killed: true, survivors: [{ what: 'process', detail: `played ${node.name}`, node: node.name }] };
    },
    kill: () => played.kill(),
    impose: () => Promise.reject(new Error('the mock runtime refuses what lasts on a process')),
    logTail: log.tail,
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
