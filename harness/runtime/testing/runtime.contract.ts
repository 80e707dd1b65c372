// What every runtime promises, asked of real programs (the mock plays them). One ground with a node for each behaviour
// is shared by most tests, because containers take a while to prepare.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { get } from 'node:http';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Address, Link } from '../../model/system/link.ts';
import { linkNamed, nodeNamed, type Node, type Topology } from '../../model/system/topology.ts';
import { markedProcesses } from '../linux/marked-processes.ts';
import { poll } from '../linux/poll.ts';
import { commandLineOf } from '../linux/proc.ts';
import {
  type Ground,
  type NodeSink,
  NotReadyError,
  type Program,
  type ProxyPlace,
  type RunningNode,
  type Runtime,
  RuntimeError,
} from '../runtime.ts';

export interface RuntimeUnderTest {
  runtime: Runtime;
  /** Programs are processes that this machine can see. */
  processes: boolean;
  /** What a node started may live on after it. */
  outlived: boolean;
  /** Why it cannot be tested here. */
  missing?: string | undefined;
  /** Names of everything of this run that an engine still has. */
  onEngine?: (runId: string) => Promise<readonly string[]>;
}

export function describeRuntime(under: RuntimeUnderTest): void {
  const { runtime, missing } = under;
  if (missing !== undefined) {
    console.log(`skipped: the contract of the ${runtime.name} runtime: ${missing}`);
    test(`the contract of the ${runtime.name} runtime`, ({ skip }) => skip(missing));
    return;
  }
  describe(`the ${runtime.name} runtime`, () => {
    contract(under);
  });
}

export function newRunId(): string {
  return `t${randomBytes(5).toString('hex')}`;
}

export const testPrograms = fileURLToPath(new URL('test-programs', import.meta.url));

/** Answers of a server, with the error in words where none comes. */
export function ask(address: Address, path = '/'): Promise<string> {
  const place = address.transport === 'tcp' ? { host: address.host, port: address.port } : { socketPath: address.path };
  return new Promise((resolve) => {
    const question = get({ ...place, path, agent: false, timeout: 5_000 }, (reply) => {
      let text = '';
      reply.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      reply.on('end', () => resolve(text));
    });
    question.on('timeout', () => question.destroy(new Error('no answer')));
    question.on('error', (error) => resolve(`error: ${error.message}`));
  });
}

function contract({ runtime, processes, outlived, onEngine }: RuntimeUnderTest): void {
  const runId = newRunId();
  const stop = new AbortController();
  const started: AsyncDisposable[] = [];
  let ground: Ground;

  /** What a test starts has gone before the next begins, however it went. */
  async function up(name: string, sink = silence): Promise<RunningNode> {
    const node = await ground.start(nodeNamed(topology, name), sink);
    started.push({ [Symbol.asyncDispose]: () => node.kill() });
    return node;
  }

  beforeAll(async () => {
    ground = await runtime.prepare({ runId, topology, source: testPrograms, proxied, signal: stop.signal });
  }, 30_000);
  afterEach(async () => {
    for (const each of started.splice(0).toReversed()) await each[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await ground[Symbol.asyncDispose]();
  }, 30_000);

  test('starts a node and waits for its log line, its listener or its HTTP answer', async () => {
    const ways = await Promise.all(['by-log', 'by-listening', 'by-http'].map(async (name) => up(name)));
    for (const node of ways) expect(await ask(ground.direct(node.name, 'api'))).toBe(node.name);
    await expect(up('by-log'), 'it runs once').rejects.toThrow("node 'by-log' runs already");
    await Promise.all(ways.map((node) => node.stop()));
  });

  test('keeps a unix listener in the run folder and reaches it there', async () => {
    const node = await up('on-unix');
    expect(ground.direct('on-unix', 'api')).toEqual({ transport: 'unix', path: join(ground.folder, 'sockets', 'on-unix.api.sock') });
    expect(await ask(ground.direct('on-unix', 'api'))).toBe('on-unix');
    await node.stop();
  });

  test('ends an orderly node by SIGTERM, and what is done to it afterwards does nothing', async () => {
    const node = await up('by-log');
    expect(await node.stop()).toEqual({ killed: false });
    expect(await node.exited).toEqual({ code: 0, signal: null });
    expect(await node.stop()).toEqual({ killed: false });
    await Promise.all([node.kill(), node.pause(), node.resume(), node.signal('SIGTERM')]);
    expect(await node.pids()).toEqual([]);
  });

  test('starts a killed node again at the same addresses', async () => {
    const before = ground.direct('by-log', 'api');
    const first = await up('by-log');
    await first.kill();
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await ask(before)).toMatch(/^error/);
    const second = await up('by-log');
    expect(ground.direct('by-log', 'api')).toEqual(before);
    expect(await ask(before)).toBe('by-log');
    await second.stop();
  });

  test('hands on every line of both streams whole, split at newlines only', async () => {
    const lines = { stdout: [] as string[], stderr: [] as string[] };
    const node = await up('writes-lines', { line: (stream, line) => void lines[stream].push(line) });
    // In a container each stream comes over a connection of its own.
    await poll(() => lines.stderr[0], { withinMs: 5_000 });
    expect(lines.stderr).toEqual(['to stderr']);
    expect(lines.stdout).toEqual([
      'caf\u00e9 one\u2028still one\r',
      '',
      'two',
      `${'x'.repeat(65_536)}... and 34464 more bytes`,
      'lines written',
    ]);
    expect(node.logTail()).toContain('lines written');
    await node.stop();
  });

  test('kills a node that ignores SIGTERM after its own bound and says so', async () => {
    const node = await up('ignores-term');
    const start = performance.now();
    const stopped = await node.stop();
    expect(stopped).toMatchObject({ killed: true, survivors: [{ what: 'process', node: 'ignores-term' }] });
    expect(performance.now() - start).toBeGreaterThan(290);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('finds a grandchild that was forked twice, and kills it with its node', async ({ skip }) => {
    skip(!processes, 'played programs have no children');
    const node = await up('forks-twice');
    const pids = await node.pids();
    expect(pids).toHaveLength(2);
    expect(pids).toContain(node.pid);
    await node.kill();
    expect(await node.pids()).toEqual([]);
    expect(pids.map(commandLineOf)).toEqual(['(ended)', '(ended)']);
  });

  test('stops a node in its tracks and lets it go on', async () => {
    const node = await up('by-log');
    const address = ground.direct('by-log', 'api');
    await node.pause();
    let answered = '';
    const asked = ask(address).then((text) => (answered = text));
    // Proof of silence needs a time; an answer takes about a millisecond.
    await poll(() => answered || undefined, { withinMs: 150 });
    expect(answered).toBe('');
    await node.resume();
    expect(await asked).toBe('by-log');
    await node.pause();
    expect(await node.stop(), 'a paused node hears SIGTERM').toEqual({ killed: false });
  });

  test('kills a paused node', async () => {
    const node = await up('by-log');
    await node.pause();
    await node.kill();
    expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('gives the last lines of a node that ends before it is ready', async () => {
    const failure = await failureOf(up('dies'));
    expect(failure).toBeInstanceOf(NotReadyError);
    expect(failure.message).toContain("node 'dies' did not come up: waited for a log line with 'ready to serve', but it ended with code 7");
    expect(failure).toMatchObject({ node: 'dies', lastLines: expect.arrayContaining(['I was about to start', 'but the disk is full']) });
  });

  test('gives up a node that is not ready within its bound, and kills it', async () => {
    const failure = await failureOf(up('silent'));
    expect(failure.message).toContain("a log line with 'ready to serve', but nothing came within 400 ms");
    expect(markedProcesses(runId).filter(({ node }) => node === 'silent')).toEqual([]);
    expect(await ground.leftovers()).toEqual([]);
  });

  test('names an unknown placeholder and those that exist', async () => {
    const failure = await failureOf(up('misspelt'));
    expect(failure.message).toMatch(
      /node 'misspelt', variable PORT: unknown placeholder \{listen\.apj\.port\}; there are .*\{listen\.api\.port\}/,
    );
  });

  test('gives a node an environment of its own', async ({ skip }) => {
    skip(!processes, 'played programs get only the variables of their node');
    process.env['TORNWIRE_TEST_SECRET'] = 'the harness only';
    const node = await up('by-log');
    delete process.env['TORNWIRE_TEST_SECRET'];
    const seen = JSON.parse(await ask(ground.direct('by-log', 'api'), '/environment')) as Record<string, string>;
    expect(seen).not.toHaveProperty('TORNWIRE_TEST_SECRET');
    expect(seen).toMatchObject({
      TORNWIRE_RUN: runId,
      TORNWIRE_NODE: 'by-log',
      LANG: 'C.UTF-8',
      HOME: join(ground.folder, 'state', 'by-log'),
    });
    await node.stop();
  });

  test('routes proxied links through a helper program, for nodes and for the driver', async () => {
    const { apiPort } = relay(ground);
    const helper = await ground.launch(relay(ground), silence);
    started.push(helper);
    expect(helper.api.port).toBe(apiPort);
    const nodes = await Promise.all(['by-log', 'on-unix', 'asks-peer'].map((name) => up(name)));
    expect(await ask(ground.dial(linkNamed(topology, 'driver->by-log')))).toBe('by-log');
    expect(await ask(ground.dial(linkNamed(topology, 'driver->on-unix')))).toBe('on-unix');
    expect(await ask(ground.direct('asks-peer', 'api'), '/peer')).toBe('by-log');
    expect(await ground.leftovers(), 'the nodes and a socket file of theirs; the helper and its sockets are expected').toHaveLength(
      nodes.length + 1,
    );
    await helper[Symbol.asyncDispose]();
    const afterwards = [ask(ground.dial(linkNamed(topology, 'driver->by-log'))), ask(ground.direct('asks-peer', 'api'), '/peer')];
    expect(await Promise.all(afterwards), 'the links have no other way').toEqual([
      expect.stringMatching(/^error/),
      expect.stringMatching(/^connect E/),
    ]);
    await Promise.all(nodes.map((node) => node.stop()));
    expect(await ground.leftovers()).toEqual([]);
  });

  test('says what a helper program printed when it does not come up', async () => {
    const failing: Program = {
      ...relay(ground),
      name: 'broken',
      command: ['{node}', '-e', 'console.log("no such toxic"); process.exit(4)'],
    };
    const failure = await failureOf(ground.launch(failing, silence));
    expect(failure).toBeInstanceOf(RuntimeError);
    expect(failure.message).toMatch(/program 'broken' did not open its API at .*: it ended with code 4\n {2}\| no such toxic/);
  });

  test('names a socket file and a process that a crashed node left behind', async () => {
    const node = await up('leaves-things');
    const address = ground.direct('leaves-things', 'api');
    void ask(address, '/end');
    expect(await node.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const socket = { what: 'socket-file', detail: join(ground.folder, 'sockets', 'leaves-things.api.sock'), node: 'leaves-things' };
    const orphan = { what: 'process', detail: expect.stringContaining('setTimeout'), node: 'leaves-things', pid: expect.any(Number) };
    // Whether the orphan sleeps by then is the machine's affair.
    expect(await ground.leftovers()).toMatchObject(outlived ? [orphan, socket] : [socket]);
    expect(await node.pids()).toHaveLength(outlived ? 1 : 0);
  });

  test('names a file that a node wrote into a home where nothing may be left', async ({ skip }) => {
    skip(!processes, 'played programs write nothing');
    const node = await up('writes-home');
    await node.stop();
    const file = join(ground.folder, 'home', 'writes-home', 'settings.json');
    expect(await ground.leftovers()).toContainEqual({ what: 'file', detail: file, node: 'writes-home', place: 'home' });
    await rm(file);
    expect((await ground.leftovers()).filter(({ what }) => what === 'file')).toEqual([]);
  });

  test('is called off at once by the run', async () => {
    const calledOff = new AbortController();
    const id = newRunId();
    await using other = await runtime.prepare({ runId: id, topology, source: testPrograms, proxied, signal: calledOff.signal });
    const starting = failureOf(other.start({ ...nodeNamed(topology, 'silent'), readyWithinMs: 60_000 }, silence));
    setTimeout(() => calledOff.abort(new Error('interrupted')), 50);
    expect((await starting).message).toBe('interrupted');
    await expect(other.start(nodeNamed(topology, 'by-log'), silence)).rejects.toThrow('interrupted');
  });

  test('lets two runs live side by side and leaves nothing of them', async () => {
    const ids = [newRunId(), newRunId()];
    const folders: string[] = [];
    {
      await using runs = new AsyncDisposableStack();
      const grounds = await Promise.all(
        ids.map((id) => runtime.prepare({ runId: id, topology, source: testPrograms, proxied, signal: stop.signal })),
      );
      for (const each of grounds) runs.use(each);
      const addresses = grounds.map((each) => each.direct('by-log', 'api'));
      expect(addresses[0]).not.toEqual(addresses[1]);
      await Promise.all(grounds.map((each) => each.start(nodeNamed(topology, 'forks-twice'), silence)));
      for (const each of grounds) expect(await ask(each.direct('forks-twice', 'api'))).toBe('forks-twice');
      folders.push(...grounds.map(({ folder }) => folder));
      for (const id of ids) expect(markedProcesses(id).length > 1).toBe(processes);
    }
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(ids.flatMap((id) => markedProcesses(id))).toEqual([]);
    for (const id of ids) expect((await onEngine?.(id)) ?? []).toEqual([]);
  });

  test('refuses a run id that is in use', async () => {
    await expect(runtime.prepare({ runId, topology, source: testPrograms, proxied, signal: stop.signal })).rejects.toThrow(
      `run id '${runId}' is in use`,
    );
    expect(existsSync(ground.folder)).toBe(true);
  });

  test('refuses two listeners on one port and socket paths that are too long', async () => {
    const prepare = (nodes: Node[]): Promise<Ground> =>
      runtime.prepare({ runId: newRunId(), topology: { nodes, links: [] }, proxied: [], signal: stop.signal });
    const [one, two] = [subject('one', 7_000), subject('two', 7_000)];
    await expect(prepare([one, two])).rejects.toThrow(
      "port 7000 belongs to listener 'api' of node 'one' and to listener 'api' of node 'two'",
    );
    const long: Node = { ...one, listens: { api: { transport: 'unix', file: 'x'.repeat(100) } } };
    await expect(prepare([long])).rejects.toThrow(/has \d+ bytes, at most 99 fit/);
  });
}

export const silence: NodeSink = { line: () => {} };

/** Serves HTTP in the way its name says. */
function subject(name: string, port: number, settings: Partial<Node> = {}): Node {
  return {
    name,
    role: 'subject',
    command: ['{node}', '{source}/subject.ts', name],
    env: { NAME: name, HOST: '{listen.api.host}', PORT: '{listen.api.port}' },
    listens: { api: { transport: 'tcp', port } },
    ready: { when: 'log', contains: 'ready to serve' },
    readyWithinMs: 10_000,
    stopWithinMs: 5_000,
    ...settings,
  };
}

function unixSubject(name: string, settings: Partial<Node> = {}): Node {
  const listens: Node['listens'] = { api: { transport: 'unix', file: 'api.sock' } };
  return subject(name, 0, { env: { NAME: name, SOCKET_PATH: '{listen.api.path}' }, listens, ...settings });
}

const topology: Topology = {
  nodes: [
    subject('by-log', 7_001),
    subject('by-listening', 7_002, { command: ['{node}', '{source}/subject.ts', 'silent'], ready: { when: 'listening', listener: 'api' } }),
    subject('by-http', 7_003, {
      command: ['{node}', '{source}/subject.ts', 'silent'],
      ready: { when: 'http', listener: 'api', path: '/' },
    }),
    unixSubject('on-unix'),
    subject('writes-lines', 7_004, {
      command: ['{node}', '{source}/subject.ts', 'writes-lines', 'silent'],
      ready: { when: 'log', contains: 'lines written' },
    }),
    subject('ignores-term', 7_005, { stopWithinMs: 300 }),
    subject('forks-twice', 7_006, { ready: { when: 'log', contains: 'forked twice' } }),
    subject('dies', 7_007),
    subject('silent', 7_008, { readyWithinMs: 400 }),
    subject('writes-home', 7_011, {
      command: ['{node}', '{source}/subject.ts', 'writes-home'],
      env: { NAME: 'writes-home', HOST: '{listen.api.host}', PORT: '{listen.api.port}', HOME: '{home}' },
    }),
    subject('misspelt', 7_009, { env: { PORT: '{listen.apj.port}' } }),
    subject('asks-peer', 7_010, {
      env: {
        HOST: '{listen.api.host}',
        PORT: '{listen.api.port}',
        PEER_HOST: '{asks-peer->by-log.host}',
        PEER_PORT: '{asks-peer->by-log.port}',
      },
    }),
    unixSubject('leaves-things', {
      command: ['{node}', '{source}/subject.ts', 'forks-twice'],
      ready: { when: 'log', contains: 'forked twice' },
    }),
  ],
  links: [
    { name: 'driver->by-log', from: 'driver', to: 'by-log', listener: 'api', framing: 'http' },
    { name: 'driver->on-unix', from: 'driver', to: 'on-unix', listener: 'api', framing: 'http' },
    { name: 'asks-peer->by-log', from: 'asks-peer', to: 'by-log', listener: 'api', framing: 'http' },
  ],
};

const proxied: readonly Link[] = topology.links;

function relay(ground: Ground): Program {
  const routes = proxied.map((link) => JSON.stringify(routeOf(ground.proxyPlace(link))));
  return {
    name: 'relay',
    command: ['{node}', join(testPrograms, 'relay.ts'), '{host}', '8474', ...routes],
    apiPort: 8474,
    links: proxied,
    reads: [testPrograms],
    readyWithinMs: 10_000,
  };
}

/** In the words of Node's net module. */
function routeOf({ listen, upstream }: ProxyPlace): object {
  const place = (address: Address): object =>
    address.transport === 'tcp' ? { host: address.host, port: address.port } : { path: address.path };
  return { listen: place(listen), upstream: place(upstream) };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw outcome;
  return outcome;
}
