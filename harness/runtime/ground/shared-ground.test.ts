// What every runtime gets from the shared ground, over primitives that only note what is asked of them: a program here
// is a promise that the test ends. What real programs do on it is in runtime.contract.ts.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkNamed, type Node, nodeNamed, type Topology } from '../../model/system/topology.ts';
import type { LogLines } from '../logs/log-lines.ts';
import { loopbackBook } from './loopback.ts';
import type { PlannedProgram } from './planned-program.ts';
import { newRunId, silence } from '../testing/runtime.contract.ts';
import { type Ground, type GroundRequest, type NodeExit, NotReadyError, type Program, type RunningNode } from '../runtime.ts';
import { type Life, openGround, type Primitives } from './shared-ground.ts';

/** What was asked of the primitives, in order. */
let asked: string[];
/** What the next program that starts does with its log. */
let says: (log: LogLines) => void;
let planned: PlannedProgram[];
let refusal: Error | undefined;
const opened: Ground[] = [];

beforeEach(() => {
  asked = [];
  planned = [];
  says = (log) => log.write('stdout', Buffer.from('ready\n'));
  refusal = undefined;
});
afterEach(async () => {
  refusal = undefined;
  for (const ground of opened.splice(0)) await ground[Symbol.asyncDispose]();
});

test('a node is planned, its clock set and its children awaited before it is started, and it is ready before it is handed out', async () => {
  const ground = await open({ clocks: { speed: 1, stepped: ['one'] } });
  const running = await ground.start(nodeNamed(topology, 'one'), silence);
  expect(running.name).toBe('one');
  expect(asked).toEqual(['before one', 'spawn one', 'running one']);
  const { env } = planned[0]!;
  expect(planned).toEqual([
    expect.objectContaining({ command: ['/in/memory/node', '7001'], workingFolder: join(ground.folder, 'state', 'one') }),
  ]);
  expect(env).toMatchObject({ TORNWIRE_RUN: ground.runId, TORNWIRE_NODE: 'one', PATH: '/in/memory', LD_PRELOAD: '/in/memory/faketime' });
  expect(await readFile(env['FAKETIME_TIMESTAMP_FILE'] ?? '', 'utf8')).toMatch(/^[+-]\d/);
});

test('a node runs once at a time, and again when it has ended', async () => {
  const ground = await open();
  const node = nodeNamed(topology, 'one');
  const first = await ground.start(node, silence);
  await expect(ground.start(node, silence)).rejects.toThrow("node 'one' runs already");
  await first.kill();
  await ground.start(node, silence);
  expect(asked.filter((each) => each === 'spawn one')).toHaveLength(2);
});

test('a node that does not come up is killed, and the error has its last words', async () => {
  says = (log) => log.write('stderr', Buffer.from('no disk\n'));
  const failure: unknown = await (await open()).start(nodeNamed(topology, 'one'), silence).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(NotReadyError);
  expect(failure).toMatchObject({ node: 'one', lastLines: ['no disk'] });
  expect(asked.at(-1)).toBe('kill one');
});

test('a placeholder that does not exist is said before anything of the node is started', async () => {
  const ground = await open();
  await expect(ground.start({ ...nodeNamed(topology, 'one'), command: ['{listen.apj.port}'] }, silence)).rejects.toThrow(
    /unknown placeholder/,
  );
  expect(asked).toEqual([]);
});

test('a helper program is handed out when its API accepts, and its sockets go with it', async () => {
  const ground = await open();
  const link = linkNamed(topology, 'one->two');
  const { listen } = ground.proxyPlace(link);
  const socket = listen.transport === 'unix' ? listen.path : '';
  says = (log) => log.write('stdout', Buffer.from('it opens nothing\n'));
  await writeFile(socket, '');
  await expect(ground.launch(helper({ links: [link] }), silence)).rejects.toThrow(
    /program 'helper' did not open its API at 127[^]*nothing came within 50 ms[^]*\| it opens nothing/,
  );
  expect(asked).toEqual(['api helper', 'spawn helper', 'kill helper']);
  expect(planned[0]).toMatchObject({
    command: ['/in/memory/node', expect.stringMatching(/^127\./)],
    image: 'own/image',
    reads: ['/somewhere'],
  });
  expect(existsSync(socket)).toBe(false);
  await expect(ground.launch(helper(), silence), 'its name is free again').rejects.toThrow('did not open its API');
});

test('leftovers are what lives, who is told which programs run, and what lies in the folder', async () => {
  const ground = await open();
  await ground.start(nodeNamed(topology, 'one'), silence);
  await writeFile(join(ground.folder, 'sockets', 'one.lock'), '');
  await writeFile(join(ground.folder, 'home', 'two', 'settings'), '');
  const { listen } = ground.proxyPlace(linkNamed(topology, 'one->two'));
  await writeFile(listen.transport === 'unix' ? listen.path : '', '');
  expect(await ground.leftovers(), 'sockets of proxies are the harness’s own').toEqual([
    { what: 'process', detail: 'nodes: one, programs: ', node: 'one' },
    { what: 'file', detail: join(ground.folder, 'sockets', 'one.lock'), node: 'one' },
    { what: 'file', detail: join(ground.folder, 'home', 'two', 'settings'), node: 'two', place: 'home' },
  ]);
});

test('a run that was called off starts nothing', async () => {
  const off = new AbortController();
  const ground = await open({ signal: off.signal });
  off.abort(new Error('interrupted'));
  await expect(ground.start(nodeNamed(topology, 'one'), silence)).rejects.toThrow('interrupted');
  await expect(ground.launch(helper(), silence)).rejects.toThrow('interrupted');
  await expect(open({ signal: off.signal })).rejects.toThrow('interrupted');
  expect(asked).toEqual([]);
});

test('the folder goes at the end, also when something of the run could not be ended', async () => {
  const ground = await open();
  await ground.start(nodeNamed(topology, 'one'), silence);
  opened.splice(0);
  refusal = new Error('it survived');
  await expect(ground[Symbol.asyncDispose]()).rejects.toThrow('it survived');
  expect(asked.at(-1)).toBe('end of 1');
  expect(existsSync(ground.folder)).toBe(false);
});

test('a runtime that cannot settle leaves no folder, and undoes what it had begun', async () => {
  const runId = newRunId();
  let folder = '';
  const undone: string[] = [];
  const settling = openGround('mock', request({ runId }), async (place, undo) => {
    folder = place.folder;
    undo.defer(() => void undone.push('network'));
    throw new Error('no such image');
  });
  await expect(settling).rejects.toThrow('no such image');
  expect(undone).toEqual(['network']);
  expect(folder).toContain(runId);
  expect(existsSync(folder)).toBe(false);
});

async function open(more: Partial<GroundRequest> = {}): Promise<Ground> {
  const asking = request(more);
  const ground = await openGround('mock', asking, async (place) => inMemory(asking, place));
  opened.push(ground);
  return ground;
}

function inMemory(asking: GroundRequest, place: Parameters<typeof loopbackBook>[1]): Primitives<Life> {
  const { folder, loopback } = place;
  return {
    surroundings: { request: asking, folder, book: loopbackBook(asking, place), path: '/in/memory', nodeBinary: () => '/in/memory/node' },
    bind: loopback,
    clockLibrary: () => '/in/memory/faketime',
    async api({ name, apiPort }) {
      asked.push(`api ${name}`);
      return { host: loopback, port: apiPort };
    },
    before: async ({ name }) => void asked.push(`before ${name}`),
    async spawn(plan, log) {
      asked.push(`spawn ${plan.who.name}`);
      planned.push(plan);
      says(log);
      return lifeOf(plan.who.name);
    },
    running({ name }, life, log) {
      asked.push(`running ${name}`);
      return runningOf(name, life, log);
    },
    alive: async ({ nodes, programs }) => [
      { what: 'process', detail: `nodes: ${nodes.join(' ')}, programs: ${programs.join(' ')}`, node: 'one' },
    ],
    async end(lives) {
      asked.push(`end of ${lives.length}`);
      if (refusal) throw refusal;
    },
  };
}

function lifeOf(name: string): Life {
  const exit = Promise.withResolvers<NodeExit>();
  let ended = false;
  return {
    exited: exit.promise,
    get ended() {
      return ended;
    },
    async kill() {
      asked.push(`kill ${name}`);
      ended = true;
      exit.resolve({ code: null, signal: 'SIGKILL' });
    },
  };
}

function runningOf(name: string, life: Life, log: LogLines): RunningNode {
  const nothing = async (): Promise<void> => {};
  return {
    name,
    pid: undefined,
    exited: life.exited,
    pids: async () => [],
    signal: nothing,
    pause: nothing,
    resume: nothing,
    stop: async () => ({ killed: false }),
    kill: () => life.kill(),
    impose: () => Promise.reject(new Error('not here')),
    logTail: log.tail,
  };
}

function request(more: Partial<GroundRequest> = {}): GroundRequest {
  return { runId: newRunId(), topology, proxied: topology.links, signal: new AbortController().signal, ...more };
}

function helper(more: Partial<Program> = {}): Program {
  const command = ['{node}', '{host}'];
  return { name: 'helper', command, apiPort: 9, links: [], image: 'own/image', reads: ['/somewhere'], readyWithinMs: 50, ...more };
}

function node(name: string, listens: Node['listens']): Node {
  return {
    name,
    role: name,
    command: ['{node}', ...(listens['api']?.transport === 'tcp' ? ['{listen.api.port}'] : [])],
    env: {},
    listens,
    ready: { when: 'log', contains: 'ready' },
    readyWithinMs: 50,
    stopWithinMs: 50,
  };
}

const topology: Topology = {
  nodes: [node('one', { api: { transport: 'tcp', port: 7_001 } }), node('two', { api: { transport: 'unix', file: 'api.sock' } })],
  links: [{ name: 'one->two', from: 'one', to: 'two', listener: 'api', framing: 'ndjson' }],
};
