// What only our own proxy does for a network: exact places, Unix links, frames, and engines kept from run to run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { LinkFault, LinkStep, Trigger } from '../model/faults/fault.ts';
import type { Hit } from '../model/judging/history.ts';
import { type Address, DRIVER, type Framing } from '../model/system/link.ts';
import type { Topology } from '../model/system/topology.ts';
import { controlOf } from './api/api-client.ts';
import { type EnginePool, enginePool } from './engines/engine-pool.ts';
import type { Engine } from './api/engine.ts';
import { FRAMINGS, SAMPLES, sampleStep } from './faults-by-transport.ts';
import { LINK_FAULT_KINDS } from '../model/faults/link/table.ts';
import { faultToToxic } from './fault-to-toxic.ts';
import { groundDouble } from './testing/ground.double.ts';
import { InjectorError, type NetworkSink } from './api/network-sink.ts';
import type { Network } from './network.ts';
import { toxiproxyNetworks } from './toxiproxy-network.ts';

const TRIGGERS: readonly Trigger[] = [
  {},
  { connection: 2 },
  { nthAfterArming: 1 },
  { atByte: 17 },
  { frame: { index: 3 } },
  { frame: { index: 3 }, atByte: 17 },
  { frame: { matches: { contains: 'create' } }, atByte: 6, times: 2 },
  { frame: { index: 2, matches: { json: { '/op': 'create' } } } },
  { times: 3 },
];

test('every toxic that planning lets through is taken by the proxy', async () => {
  await using pool = enginePool();
  await using engine = await pool.acquire();
  const { call } = controlOf('own', engine.url, 2000);
  for (const framing of FRAMINGS)
    await call('POST', '/proxies', {
      name: framing,
      listen: '127.0.0.1:0',
      upstream: '127.0.0.1:1',
      framing,
      capture: true,
      seed: 1,
      label: 'a->b',
    });
  let taken = 0;
  for (const kind of LINK_FAULT_KINDS)
    for (const trigger of TRIGGERS)
      for (const framing of FRAMINGS) {
        const translation = faultToToxic('own', sampleStep(SAMPLES[kind], trigger), { transport: 'tcp', framing });
        if (!('toxic' in translation)) continue;
        const answer = await call('POST', `/proxies/${framing}/toxics`, translation.toxic);
        expect(answer, `${kind} ${JSON.stringify(trigger)} on ${framing}`).toMatchObject({ status: 200 });
        expect(JSON.parse(answer.text)).toMatchObject({ attributes: translation.toxic.attributes });
        expect(await call('DELETE', `/proxies/${framing}/toxics/${translation.toxic.name}`)).toMatchObject({ status: 204 });
        taken++;
      }
  expect(taken).toBeGreaterThan(400);
});

test('a cut inside a frame of a Unix link is proved with its place and both ends', async () => {
  const { network, dial, seen } = await running({ framing: 'ndjson', transport: 'unix' });
  await network.arm(step({ kind: 'cut', how: 'fin' }, { frame: { matches: { contains: 'two' } }, atByte: 4, times: 1 }));
  const client = await dial();
  client.write('{"n":"one"}\n{"n":"two"}\n{"n":"three"}\n');
  const ended = client.untilEnd().then((text) => ({ text, atMs: Number(process.hrtime.bigint()) / 1e6 }));
  expect((await ended).text).toBe('{"n":"one"}\n{"n"');
  await firing(network, seen);
  // The cause comes before its effect, although it is told after it.
  expect(seen.firedMs).toBeLessThanOrEqual((await ended).atMs);
  expect(seen.hits).toEqual([
    expect.objectContaining({
      connection: 1,
      direction: 'downstream',
      byteOffset: 16,
      frameIndex: 2,
      offsetInFrame: 4,
      bytesForwarded: 16,
    }),
  ]);
  expect(seen.hits[0]?.ended).toMatchObject({ client: 'fin' });
  expect(seen.frames).toContainEqual(
    expect.objectContaining({ link: 'driver->echo', direction: 'upstream', index: 2, type: 'line', payload: '{"n":"two"}' }),
  );
});

test('a fault armed before its connection exists meets it from the first byte', async () => {
  const { network, dial, seen } = await running({ framing: 'raw', transport: 'tcp' });
  await network.arm(step({ kind: 'cut', how: 'rst' }, { connection: 2, atByte: 3, times: 1 }));
  const first = await dial();
  first.write('unharmed');
  expect(await first.received(8)).toBe('unharmed');
  const second = await dial();
  second.write('abcdef');
  expect(await second.untilEnd()).toBe('abc ECONNRESET');
  await firing(network, seen);
  expect(seen.hits).toEqual([expect.objectContaining({ connection: 2, byteOffset: 3 })]);
});

test('a run that inherits an engine hears only of itself and finds no proxies', async () => {
  await using pool = enginePool();
  const first = await running({ framing: 'raw', transport: 'tcp', pool });
  // Still open when the network goes: its end must not be heard by the next run, whose proxy has the same name.
  (await first.dial()).write('x');
  await first.network.arm(step({ kind: 'latency', delayMs: 1 }, {}));
  await first.network[Symbol.asyncDispose]();

  const second = await running({ framing: 'raw', transport: 'tcp', pool });
  const client = await second.dial();
  client.write('y');
  await client.received(1);
  await second.network.drained();
  expect(second.seen.connections).toEqual([{ link: 'driver->echo', connection: 1, state: 'opened' }]);
  expect(second.seen.hits).toEqual([]);
  expect(first.seen.broken).toEqual([]);
  expect(second.seen.broken).toEqual([]);
});

test('the pool gives the same engine again, empty, and two at once where two are wanted', async () => {
  await using pool = enginePool();
  const one = await pool.acquire();
  const other = await pool.acquire();
  expect(other.url).not.toBe(one.url);
  await leaveProxy(one);
  await one[Symbol.asyncDispose]();
  await using again = await pool.acquire();
  expect(again.url).toBe(one.url);
  expect((await controlOf('own', again.url, 2000).call('GET', '/proxies')).text).toBe('{}');
  await other[Symbol.asyncDispose]();
});

test('an engine that does not answer when it is given back is replaced', async () => {
  await using pool = enginePool({ deadlineMs: 200 });
  const frozen = await pool.acquire();
  const pid = await pidOf(frozen);
  process.kill(pid, 'SIGSTOP');
  // Whatever goes wrong, a stopped process must not stay behind: it cannot see that its parent has gone.
  onTestFinished(() => killIfAlive(pid));
  await frozen[Symbol.asyncDispose]();
  expect(await frozen.ended).toContain('SIGKILL');
  await using next = await pool.acquire();
  expect(next.url).not.toBe(frozen.url);
});

test('an engine that dies while it is idle is not given out', async () => {
  await using pool = enginePool();
  const engine = await pool.acquire();
  const pid = await pidOf(engine);
  await engine[Symbol.asyncDispose]();
  process.kill(pid, 'SIGKILL');
  await engine.ended;
  await using next = await pool.acquire();
  expect(next.url).not.toBe(engine.url);
});

test('closing the pool ends its engines', async () => {
  const pool = enginePool();
  const engine = await pool.acquire();
  await pool[Symbol.asyncDispose]();
  expect(await engine.ended).toContain('SIGKILL');
  await expect(pool.acquire()).rejects.toThrow('closed');
});

test('a program that has closed its pool, or forgot to, ends by itself with nothing left to wait for', async () => {
  const pool = join(import.meta.dirname, 'engines/engine-pool.ts');
  for (const last of ['await pool[Symbol.asyncDispose]();', '']) {
    const program = `import { enginePool } from ${JSON.stringify(pool)}; const pool = enginePool(); await using engine = await pool.acquire(); ${last}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number];
    expect({ code, said }).toEqual({ code: 0, said: '' });
  }
});

test('a server without an answer, and one that refuses, give injector errors with its words', async () => {
  await using pool = enginePool();
  await using engine = await pool.acquire();
  const { client } = controlOf('own', engine.url, 2000);
  await expect(client.createProxy({ name: '', listen: '', upstream: '' })).rejects.toThrow(
    'own: POST /proxies was refused: missing required field: name (400)',
  );
  const gone = controlOf('own', 'http://127.0.0.1:1', 2000);
  await expect(gone.client.getAll()).rejects.toThrow(InjectorError);
});

test('a server that once gave no answer is frozen: nothing that follows waits for it as long again', async () => {
  const silent = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { client, call } = controlOf('own', `http://127.0.0.1:${port}`, 500);
  await expect(client.getAll()).rejects.toThrow('own: GET /proxies gave no answer within 500 ms');
  const startedMs = performance.now();
  for (let i = 0; i < 10; i++)
    await expect(call('DELETE', '/proxies/x')).rejects.toThrow(
      'own: DELETE /proxies/x was not asked: own: GET /proxies gave no answer within 500 ms',
    );
  expect(performance.now() - startedMs).toBeLessThan(2_500);
  silent.close();
});

/** A cut is told once both ends have ended, which the far one may take its time for. */
async function firing(network: Network, seen: Seen): Promise<void> {
  const told = async () => {
    await network.drained();
    return seen.hits.length;
  };
  await expect.poll(told, { timeout: 3000, interval: 5 }).toBeGreaterThan(0);
}

interface Seen {
  connections: object[];
  frames: object[];
  hits: Hit[];
  /** When the last one was. */
  firedMs?: number | undefined;
  broken: string[];
}

/** A network with one link to an echoing server of the test. */
async function running(settings: { framing: Framing; transport: 'tcp' | 'unix'; pool?: EnginePool }) {
  const upstream = await echoAt(settings.transport);
  const topology = topologyOf(settings.framing, settings.transport);
  const ground = await groundDouble(loopback(), new Map([['driver->echo', upstream]]));
  onTestFinished(() => ground[Symbol.asyncDispose]());
  const seen: Seen = { connections: [], frames: [], hits: [], broken: [] };
  const sink: NetworkSink = {
    connection: (event) => void seen.connections.push(event),
    frame: (event) => void seen.frames.push(event),
    frameError: () => {},
    fired(_step, hit, causedMs) {
      seen.hits.push(hit);
      seen.firedMs = causedMs;
    },
    broken: (detail) => void seen.broken.push(detail),
  };
  const networks = toxiproxyNetworks({ where: 'process', ...(settings.pool && { pool: settings.pool }) });
  const network: Network = await networks.open({ ground, topology, routing: new Map([['driver->echo', 'own']]), seed: 3, sink });
  onTestFinished(() => network[Symbol.asyncDispose]());
  return { network, seen, dial: () => dialled(ground.dial(topology.links[0]!)) };
}

function topologyOf(framing: Framing, transport: 'tcp' | 'unix'): Topology {
  const main = transport === 'tcp' ? ({ transport, port: 1 } as const) : ({ transport, file: 's' } as const);
  const bounds = { readyWithinMs: 1000, stopWithinMs: 1000 };
  return {
    nodes: [
      { name: 'echo', role: 'echo', command: [], env: {}, listens: { main }, ready: { when: 'listening', listener: 'main' }, ...bounds },
    ],
    links: [{ name: 'driver->echo', from: DRIVER, to: 'echo', listener: 'main', framing }],
  };
}

async function echoAt(transport: 'tcp' | 'unix'): Promise<Address> {
  const server = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
  onTestFinished(() => void server.close());
  if (transport === 'unix') {
    const folder = await mkdtemp(join(tmpdir(), 'tw-echo-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    server.listen(join(folder, 's'));
    await once(server, 'listening');
    return { transport, path: join(folder, 's') };
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return { transport, host: '127.0.0.1', port: address.port };
}

async function dialled(address: Address) {
  const socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
  await once(socket, 'connect');
  onTestFinished(() => void socket.destroy());
  let text = '';
  let error = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', (failure: NodeJS.ErrnoException) => (error = ` ${failure.code}`));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return {
    write: (data: string) => void socket.write(data),
    async received(length: number) {
      await expect.poll(() => text.length, { timeout: 3000, interval: 2 }).toBeGreaterThanOrEqual(length);
      return text;
    },
    async untilEnd() {
      await closed;
      return text + error;
    },
  };
}

function step(fault: LinkFault, trigger: Trigger): LinkStep {
  return { id: `${fault.kind} it`, on: 'link', link: 'driver->echo', direction: 'downstream', fault, trigger, armAt: 'start', mustFire: 1 };
}

let lastHost = 0;
function loopback(): string {
  return `127.78.${process.pid % 250}.${++lastHost}`;
}

async function leaveProxy(engine: Engine): Promise<void> {
  const { call } = controlOf('own', engine.url, 2000);
  await call('POST', '/proxies', { name: 'left', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
}

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone, as it should be.
  }
}

/** The process that listens on the engine's port, found among this test's children. */
async function pidOf(engine: Engine): Promise<number> {
  const port = new URL(engine.url).port;
  const wanted = Number(port).toString(16).toUpperCase().padStart(4, '0');
  const inode = /^\s*\d+: [0-9A-F]{8}:(\w{4}) 00000000:0000 0A .{44,60}?\s(\d+) \d /gm;
  const table = await readFile('/proc/net/tcp', 'utf8');
  const socket = [...table.matchAll(inode)].find((match) => match[1] === wanted)?.[2];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    if (Number(/\) \S (\d+)/.exec(stat)?.[1]) !== process.pid) continue;
    for (const fd of await readdir(`/proc/${name}/fd`).catch(() => [])) {
      if ((await readlink(`/proc/${name}/fd/${fd}`).catch(() => '')) === `socket:[${socket}]`) return Number(name);
    }
  }
  throw new Error(`no child of this test listens on ${engine.url}`);
}
