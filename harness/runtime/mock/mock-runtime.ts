// A runtime without processes, for tests of what stands above it. Nodes are functions in the harness's own process. Folder,
// addresses and readiness are the real ones, so a program may listen and be dialled. Only the processes are played.
import type { Server } from 'node:http';
import { aboutFileFault } from '../../model/faults/file-fault.ts';
import { type Hold, holdsOf, type NodeFault, surroundingsIn } from '../../model/faults/node-fault.ts';
import type { Address } from '../../model/system/link.ts';
import { nodeNamed } from '../../model/system/topology.ts';
import type { LogLines } from '../logs/log-lines.ts';
import { loopbackBook } from '../ground/loopback.ts';
import { fileFaultLacks } from '../ground/node-files.ts';
import type { PlannedProgram } from '../ground/planned-program.ts';
import { type MockLife, type MockProgram, play, type Played, runningMock } from './played.ts';
import type { RunFolder } from '../ground/run-folder.ts';
import type { DemandingStep, Ground, GroundRequest, Leftover, Runtime } from '../runtime.ts';
import { openGround, type Primitives } from '../ground/shared-ground.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { createServer } = process.getBuiltinModule('node:http');

export type { MockLife, MockProgram };

export interface MockPlan {
  /** By the name of the node or program; the others listen, print what is awaited and end on SIGTERM. */
  programs?: Readonly<Record<string, MockProgram>>;
  unavailable?: string;
  /** Reported beside what really lies in the socket folder. */
  leftovers?: () => readonly Leftover[];
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
  if (step.on === 'terminal') return 'a played program reads nothing that is typed';
  if (step.on === 'file')
    return aboutFileFault(step.fault).needs === 'small disk' ? 'the folder of a played program is no disk of its own' : undefined;
  const { without, first } = surroundingsIn(step.fault);
  return without || first ? 'a played program looks for no programs' : unheld(step.fault);
}

/** Nothing can be held on a function, whatever it is. */
function unheld(fault: NodeFault): string | undefined {
  const [hold] = holdsOf(fault);
  return hold && (UNHELD[hold.hold] ?? 'a played program has no process of its own');
}

const UNHELD: Readonly<Partial<Record<Hold['hold'], string>>> = {
  unread: 'a played program writes to no pipe',
  descriptors: 'a played program takes what it needs from the harness',
  group: 'a played program takes what it needs from the harness',
  'network-cut': 'a played program has no network of its own',
  calls: 'a played program makes its system calls as the harness',
};

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
