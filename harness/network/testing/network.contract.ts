// What every engine owes a network, whichever carries the links. The suite brings its own ground, dialler and
// echoing server; an engine that is absent here is named, not passed over.
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LinkFault, LinkStep } from '../../model/faults/fault.ts';
import type { Hit } from '../../model/judging/history.ts';
import type { Address, Link } from '../../model/system/link.ts';
import type { Topology } from '../../model/system/topology.ts';
import { type GroundDouble, groundDouble } from './ground.double.ts';
import type { EngineName } from '../api/engine.ts';
import { InjectorError, type NetworkSink } from '../api/network-sink.ts';
import type { Network, Networks } from '../network.ts';

export interface NetworkContractSettings {
  engine: EngineName;
  networks: Networks;
  /** A loopback address of its own, so that suites run side by side. */
  host: string;
  /** Why the engine cannot run here. */
  absent?: string | undefined;
}

const link = (name: string): Link => ({ name, from: 'driver', to: 'echo', listener: 'main', framing: 'raw' });
const LINKS = [link('driver->echo'), link('driver->other')];
const TOPOLOGY: Topology = {
  nodes: [
    {
      name: 'echo',
      role: 'echo',
      command: [],
      env: {},
      listens: { main: { transport: 'tcp', port: 1 } },
      ready: { when: 'listening', listener: 'main' },
      readyWithinMs: 1000,
      stopWithinMs: 1000,
    },
  ],
  links: LINKS,
};

export function networkContract(settings: NetworkContractSettings): void {
  describe.skipIf(settings.absent !== undefined)(`a network on the engine '${settings.engine}'`, () => {
    let server: Server;
    let ground: GroundDouble;
    let network: Network;
    const seen = newSink();

    beforeAll(async () => {
      server = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const upstream = addressOf(server);
      ground = await groundDouble(settings.host, new Map(LINKS.map((each) => [each.name, upstream])));
      network = await openOn(ground, settings, seen);
    }, 20_000);

    afterAll(async () => {
      await network?.[Symbol.asyncDispose]();
      await ground?.[Symbol.asyncDispose]();
      server?.close();
    });

    test('relays a link both ways and reports its connection', async () => {
      using client = await dialled(ground.dial(LINKS[0] as Link));
      await client.send('hello');
      expect(await client.received(5)).toBe('hello');
      await network.drained();
      expect(seen.connections).toContainEqual({ link: 'driver->echo', connection: 1, state: 'opened' });
    });

    test('names its engine and version', () => {
      expect(network.engines).toHaveLength(1);
      expect(network.engines[0]).toMatch(new RegExp(`^${settings.engine} \\S+`));
    });

    test('delays a link by the armed latency until it is lifted', async () => {
      const slow = step('slow', { kind: 'latency', delayMs: 600 });
      await network.arm(slow);
      using client = await dialled(ground.dial(LINKS[0] as Link));
      expect(await roundTripMs(client)).toBeGreaterThanOrEqual(598);
      await network.drained();
      expect(seen.hits('slow').length).toBeGreaterThanOrEqual(1);

      await network.lift('slow');
      expect(await roundTripMs(client)).toBeLessThan(500);
    });

    test('breaks one link and leaves the other alone', async () => {
      await network.arm(step('slow one', { kind: 'latency', delayMs: 1_000 }));
      using other = await dialled(ground.dial(LINKS[1] as Link));
      expect(await roundTripMs(other)).toBeLessThan(900);
      await network.liftAll();
    });

    test('a link that is down closes its connections, refuses new ones and comes back when lifted', async () => {
      const client = await dialled(ground.dial(LINKS[0] as Link));
      await client.send('x');
      await client.received(1);
      await network.arm(step('gone', { kind: 'down' }));
      await client.ended;
      await expect(dialled(ground.dial(LINKS[0] as Link))).rejects.toThrow('ECONNREFUSED');
      expect(seen.hits('gone')).toHaveLength(1);

      await network.lift('gone');
      using again = await dialled(ground.dial(LINKS[0] as Link));
      await again.send('back');
      expect(await again.received(4)).toBe('back');
    });

    test('a fault that no traffic met is not reported as fired', async () => {
      await network.arm(step('unmet', { kind: 'latency', delayMs: 50 }));
      using other = await dialled(ground.dial(LINKS[1] as Link));
      await other.send('x');
      await other.received(1);
      await network.drained();
      await network.lift('unmet');
      await network.drained();
      expect(seen.hits('unmet')).toEqual([]);
    });

    test.each<[string, LinkFault]>([
      ['a latency of 0', { kind: 'latency', delayMs: 0 }],
      ['a close delayed by 0', { kind: 'slow-close', delayMs: 0 }],
      ['slices larger than any write', { kind: 'slice', averageSize: 100_000, delayUs: 0 }],
      ['a rate that nothing reaches', { kind: 'bandwidth', rateKBps: 10_000_000 }],
    ])('%s is not reported as fired: it changes nothing', async (id, fault) => {
      await network.arm(step(id, fault));
      const client = await dialled(ground.dial(LINKS[0] as Link));
      await client.send('12345');
      await client.received(5);
      client.end();
      await client.ended;
      await network.drained();
      await network.lift(id);
      await network.drained();
      expect(seen.hits(id)).toEqual([]);
    });

    test('a link that is down while nothing is connected has changed nothing that anybody saw', async () => {
      await network.drained();
      await network.arm(step('gone unseen', { kind: 'down' }));
      await network.lift('gone unseen');
      await network.drained();
      expect(seen.hits('gone unseen')).toEqual([]);
    });

    test('a byte limit is reported as fired only for a connection that reached it', async () => {
      await network.arm(step('limit', { kind: 'limit-data', bytes: 10 }));
      const below = await dialled(ground.dial(LINKS[0] as Link));
      await below.send('12345');
      await below.received(5);
      below.end();
      await below.ended;
      await network.drained();
      expect(seen.hits('limit')).toEqual([]);

      const above = await dialled(ground.dial(LINKS[0] as Link));
      await above.send('a text of more than ten bytes');
      await above.ended;
      expect(above.text).toBe('a text of ');
      await seen.until(() => seen.hits('limit').length === 1, network);
      await network.liftAll();
    });

    test('lifting what is not armed does nothing, and all at once lifts everything', async () => {
      await network.lift('never armed');
      await network.arm(step('one', { kind: 'latency', delayMs: 1_000 }));
      await network.arm({ ...step('two', { kind: 'latency', delayMs: 1_000 }), direction: 'upstream' });
      await network.liftAll();
      using client = await dialled(ground.dial(LINKS[0] as Link));
      expect(await roundTripMs(client)).toBeLessThan(900);
    });

    test('refuses at planning a step that the engine cannot carry, with the reason', async () => {
      const framed: LinkStep = { ...step('framed', { kind: 'cut', how: 'fin' }), trigger: { frame: { index: 2 } } };
      const routed = await settings.networks.route(TOPOLOGY, [framed], settings.engine);
      expect(routed).toMatchObject({ refused: expect.stringContaining("step 'framed'") });
    });

    test('no address answers once the network is disposed', async () => {
      await using own = await groundDouble(neighbour(settings.host, 1), new Map(LINKS.map((each) => [each.name, addressOf(server)])));
      const short = await openOn(own, settings, newSink());
      (await dialled(own.dial(LINKS[0] as Link)))[Symbol.dispose]();
      await short[Symbol.asyncDispose]();
      await expect(dialled(own.dial(LINKS[0] as Link))).rejects.toThrow('ECONNREFUSED');
    });

    test('an engine that is frozen gives an injector error within the deadline, and the run learns of it', async () => {
      await using own = await groundDouble(neighbour(settings.host, 2), new Map(LINKS.map((each) => [each.name, addressOf(server)])));
      const sink = newSink();
      await using frozen = await openOn(own, settings, sink);
      own.programs[0]?.kill('SIGSTOP');
      const began = performance.now();
      await expect(frozen.arm(step('late', { kind: 'latency', delayMs: 10 }))).rejects.toThrow(InjectorError);
      expect(performance.now() - began).toBeLessThan(2500);
      expect(sink.details).toEqual([expect.stringContaining(settings.engine)]);
    });

    test('an engine that dies in the middle of a run is reported as broken', async () => {
      await using own = await groundDouble(neighbour(settings.host, 3), new Map(LINKS.map((each) => [each.name, addressOf(server)])));
      const sink = newSink();
      await using dying = await openOn(own, settings, sink);
      own.programs[0]?.kill('SIGKILL');
      await sink.until(() => sink.details.length > 0);
      expect(sink.details).toEqual([expect.stringContaining(settings.engine)]);
      await expect(dying.arm(step('late', { kind: 'latency', delayMs: 10 }))).rejects.toThrow(InjectorError);
    });
  });
}

function step(id: string, fault: LinkFault): LinkStep {
  return { id, on: 'link', link: 'driver->echo', direction: 'downstream', fault, trigger: {}, armAt: 'start', mustFire: 1 };
}

async function openOn(ground: GroundDouble, settings: NetworkContractSettings, sink: NetworkSink): Promise<Network> {
  const routing = new Map(LINKS.map((each) => [each.name, settings.engine]));
  return settings.networks.open({ ground, topology: TOPOLOGY, routing, seed: 7, sink });
}

interface RecordingSink extends NetworkSink {
  connections: Parameters<NetworkSink['connection']>[0][];
  details: string[];
  hits(step: string): Hit[];
  until(condition: () => boolean, network?: Network): Promise<void>;
}

function newSink(): RecordingSink {
  const fired: { step: string; hit: Hit }[] = [];
  const details: string[] = [];
  const connections: RecordingSink['connections'] = [];
  return {
    connections,
    connection: (event) => void connections.push(event),
    frame: () => {},
    frameError: () => {},
    fired: (id, hit) => void fired.push({ step: id, hit }),
    details,
    broken: (detail) => void details.push(detail),
    hits: (id) => fired.filter((each) => each.step === id).map((each) => each.hit),
    async until(condition, network) {
      const deadline = performance.now() + 5000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('waited 5 s for the sink to hear of it');
        await network?.drained();
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

interface Client extends Disposable {
  text: string;
  ended: Promise<void>;
  send(text: string): Promise<void>;
  received(length: number): Promise<string>;
  end(): void;
}

async function dialled(address: Address): Promise<Client> {
  const socket: Socket = address.transport === 'tcp' ? connect(address.port, address.host) : connect(address.path);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const client: Client = {
    text: '',
    ended: new Promise((resolve) => socket.once('close', () => resolve())),
    send: (text) => new Promise((resolve) => socket.write(text, () => resolve())),
    async received(length) {
      const deadline = performance.now() + 5000;
      while (client.text.length < length) {
        if (performance.now() > deadline) throw new Error(`waited 5 s for ${length} bytes, got '${client.text}'`);
        await Promise.race([once(socket, 'data'), new Promise((resolve) => setTimeout(resolve, 50))]);
      }
      return client.text.slice(0, length);
    },
    end: () => socket.end(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
  socket.on('error', () => {}).on('data', (chunk: Buffer) => (client.text += chunk.toString()));
  return client;
}

async function roundTripMs(client: Client): Promise<number> {
  const before = client.text.length;
  const began = performance.now();
  await client.send('!');
  await client.received(before + 1);
  return performance.now() - began;
}

function addressOf(server: Server): Address {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no TCP address');
  return { transport: 'tcp', host: '127.0.0.1', port: address.port };
}

/** Another loopback address beside this one. */
function neighbour(host: string, by: number): string {
  const parts = host.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + by].join('.');
}
