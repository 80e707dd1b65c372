import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LinkStep } from '../model/faults/fault.ts';
import { DRIVER } from '../model/system/link.ts';
import type { Topology } from '../model/system/topology.ts';
import { processRuntime } from '../runtime/process/process-runtime.ts';
import { enginePool } from './engines/engine-pool.ts';
import { findToxiproxy } from './engines/engines.ts';
import { groundDouble } from './testing/ground.double.ts';
import { networkContract } from './testing/network.contract.ts';
import type { EngineName } from './api/engine.ts';
import type { NetworkSink } from './api/network-sink.ts';
import { toxiproxyNetworks } from './toxiproxy-network.ts';

const found = await findToxiproxy('process');
const absent = 'missing' in found ? found.missing : undefined;
if (absent !== undefined) console.warn(`the network contract was not run on Toxiproxy: ${absent}`);

const host = (last: number) => `127.77.${process.pid % 250}.${last}`;
const networks = toxiproxyNetworks({ where: 'process' });
networkContract({ engine: 'toxiproxy', networks, host: host(1), absent });
networkContract({ engine: 'own', networks, host: host(11) });

const TOPOLOGY: Topology = {
  nodes: [
    {
      name: 'echo',
      role: 'echo',
      command: ['{node}', '-e', "require('net').createServer((s)=>s.pipe(s)).listen({listen.main.port}, '{listen.main.host}')"],
      env: {},
      listens: { main: { transport: 'tcp', port: 7000 } },
      ready: { when: 'listening', listener: 'main' },
      readyWithinMs: 5000,
      stopWithinMs: 1000,
    },
  ],
  links: [{ name: 'driver->echo', from: DRIVER, to: 'echo', listener: 'main', framing: 'raw' }],
};

const UNIX_TOO: Topology = {
  nodes: TOPOLOGY.nodes.map((node) => ({ ...node, listens: { ...node.listens, ipc: { transport: 'unix', file: 'ipc.sock' } } })),
  links: [...TOPOLOGY.links, { name: 'driver->ipc', from: DRIVER, to: 'echo', listener: 'ipc', framing: 'ndjson' }],
};

const CUT: LinkStep = {
  id: 'cut',
  on: 'link',
  link: 'driver->echo',
  direction: 'downstream',
  fault: { kind: 'cut', how: 'rst' },
  trigger: { atByte: 3 },
  armAt: 'start',
  mustFire: 1,
};
const SLOW: LinkStep = { ...CUT, id: 'slow', fault: { kind: 'latency', delayMs: 10 }, trigger: {} };

describe('on the ground of the process runtime', () => {
  test.skipIf(absent !== undefined)('Toxiproxy carries a link, and nothing is left of it', () => carriesALink('toxiproxy'));
  test('our proxy carries a link, and nothing is left of it', () => carriesALink('own'));

  test('an engine of the pool carries TCP and Unix links, and nothing is left of them', async () => {
    await using pool = enginePool();
    await carriesALink('own', toxiproxyNetworks({ where: 'process', pool }), UNIX_TOO);
  });
});

test.skipIf(absent !== undefined)(
  'a Toxiproxy that somebody else started is used by its URL, judged by its metrics and left clean',
  async () => {
    await using theirs = await startedElsewhere();
    const echo = createServer((socket) => void socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    onTestFinished(() => void echo.close());
    const upstream = { transport: 'tcp', host: '127.0.0.1', port: (echo.address() as AddressInfo).port } as const;
    await using ground = await groundDouble(host(21), new Map([['driver->echo', upstream]]));
    const fired: string[] = [];
    const sink: NetworkSink = {
      connection() {},
      frame() {},
      frameError() {},
      fired: (step, hit) => void fired.push(`${step}: ${hit.inferredFrom}`),
      broken() {},
    };
    const byUrl = toxiproxyNetworks({ where: 'process', toxiproxy: { url: theirs.url } });
    const network = await byUrl.open({ ground, topology: TOPOLOGY, routing: new Map([['driver->echo', 'toxiproxy']]), seed: 1, sink });
    await network.arm({ ...SLOW, fault: { kind: 'latency', delayMs: 5 } });
    await network.drained();
    expect(fired).toEqual([]);

    const dialled = ground.dial(TOPOLOGY.links[0]!);
    if (dialled.transport !== 'tcp') throw new Error('this link is TCP');
    const socket = connect(dialled.port, dialled.host);
    socket.write('hello');
    await once(socket, 'data');
    socket.destroy();
    const heard = async () => {
      await network.drained();
      return fired;
    };
    await expect.poll(heard, { timeout: 3000, interval: 10 }).toEqual(['slow: toxiproxy_proxy_received_bytes_total rose by 5']);

    await network[Symbol.asyncDispose]();
    expect(await (await fetch(`${theirs.url}/proxies`)).json()).toEqual({});
  },
);

describe('choosing an engine', () => {
  test('auto takes our proxy for every link', async () => {
    expect(await networks.route(UNIX_TOO, [CUT], 'auto')).toEqual({
      routing: new Map([
        ['driver->echo', 'own'],
        ['driver->ipc', 'own'],
      ]),
    });
  });

  test.skipIf(absent !== undefined)('toxiproxy takes the links that it can, and ours the others', async () => {
    expect(await networks.route(UNIX_TOO, [SLOW], 'toxiproxy')).toEqual({
      routing: new Map([
        ['driver->echo', 'toxiproxy'],
        ['driver->ipc', 'own'],
      ]),
    });
  });

  test('toxiproxy is refused where it cannot carry a step, with the step and the reason', async () => {
    expect(await networks.route(UNIX_TOO, [CUT], 'toxiproxy')).toEqual({
      refused: expect.stringMatching(/^link 'driver->echo': step 'cut'.*Toxiproxy cannot/),
      byDesign: true,
    });
    expect(await networks.route(UNIX_TOO, [{ ...SLOW, link: 'driver->ipc' }], 'toxiproxy')).toEqual({
      refused: expect.stringContaining('carries TCP only'),
      byDesign: true,
    });
  });

  test('toxiproxy is refused with its cure where there is none', async () => {
    const without = toxiproxyNetworks({ where: 'process', toxiproxy: { missing: 'no Toxiproxy found: install it' } });
    expect(await without.route(TOPOLOGY, [SLOW], 'toxiproxy')).toEqual({
      refused: 'no Toxiproxy found: install it',
      byDesign: false,
    });
    expect(await without.route(TOPOLOGY, [SLOW], 'auto')).toHaveProperty('routing');
  });

  test('a step on a link that does not exist is a mistake in the schedule', async () => {
    await expect(networks.route(TOPOLOGY, [{ ...SLOW, link: 'driver->nobody' }], 'own')).rejects.toThrow("no link 'driver->nobody'");
  });
});

async function startedElsewhere(): Promise<AsyncDisposable & { url: string }> {
  if (!('binary' in found)) throw new Error('there is no Toxiproxy here');
  const address = host(22);
  const child = spawn(found.binary, ['-host', address, '-port', '8474', '-proxy-metrics'], { stdio: 'ignore' });
  const url = `http://${address}:8474`;
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  await expect.poll(answers, { timeout: 5000, interval: 10 }).toBe(true);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function carriesALink(engine: EngineName, on = networks, topology = TOPOLOGY): Promise<void> {
  const ground = await processRuntime().prepare({
    runId: `network-test-${process.pid}-${engine}-${topology.links.length}`,
    topology,
    proxied: topology.links,
    signal: AbortSignal.timeout(20_000),
  });
  await using _ground = ground;
  const broken: string[] = [];
  const sink: NetworkSink = { connection() {}, frame() {}, frameError() {}, fired() {}, broken: (detail) => void broken.push(detail) };
  const routing = new Map(topology.links.map((link) => [link.name, engine]));
  const network = await on.open({ ground, topology, routing, seed: 1, sink });
  const node = await ground.start(topology.nodes[0]!, { line() {} });

  const address = ground.dial(topology.links[0]!);
  if (address.transport !== 'tcp') throw new Error('the first link is TCP');
  const socket = connect(address.port, address.host);
  socket.write('hello');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toBe('hello');
  socket.destroy();

  await network.drained();
  await node.stop();
  expect(await ground.leftovers()).toEqual([]);
  await network[Symbol.asyncDispose]();
  expect(await ground.leftovers()).toEqual([]);
  expect(broken).toEqual([]);
}
