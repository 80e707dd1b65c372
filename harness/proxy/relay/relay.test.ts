import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { Peer, ProxyBed } from '../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe.each(['tcp', 'unix'] as const)('over %s', (transport) => {
  test('what one side sends the other receives, both ways', async () => {
    const { client, server } = await (await bed.link({ transport })).open();
    client.send('question');
    expect(await server.received(8)).toBe('question');
    server.send('answer');
    expect(await client.received(6)).toBe('answer');
  });

  test('a side that ends its half still gets the reply', async () => {
    const { client, server } = await (await bed.link({ transport })).open();
    client.socket.end('question');
    expect(await server.ended).toBe('eof');
    server.socket.end('late answer');
    expect(await client.received(11)).toBe('late answer');
    expect(await client.ended).toBe('eof');
  });

  test('32 MiB arrive unaltered both ways at once, through readers that pause', async () => {
    const { client, server } = await (await bed.link({ transport })).open();
    const payload = Buffer.alloc(32 * 1024 * 1024);
    for (let at = 0; at < payload.length; at += 4) payload.writeUInt32LE(Math.imul(at, 2654435761) >>> 0, at);
    const sums = [sumOf(client, payload.length), sumOf(server, payload.length)];
    client.send(payload);
    server.send(payload);
    const pausing = setInterval(() => {
      client.socket.pause();
      setTimeout(() => client.socket.resume(), 3);
    }, 10);
    const wanted = createHash('sha256').update(payload).digest('hex');
    expect(await Promise.all(sums)).toEqual([wanted, wanted]);
    clearInterval(pausing);
  });

  test('a reader that stops is felt by the sender and costs bounded memory', async () => {
    const link = await bed.link({ transport });
    const { client, server } = await link.open();
    server.socket.pause();
    const chunk = Buffer.alloc(1024 * 1024);
    let accepted = 0;
    for (; accepted < 64; accepted += 1) {
      const taken = await Promise.race([new Promise((resolve) => client.socket.write(chunk, () => resolve(true))), pause(300)]);
      if (taken !== true) break;
    }
    expect(accepted).toBeLessThan(32);
    const [own] = ((await bed.ask('GET', '/connections')).json.live as { proxy: string; bytes: { upstream: { in: number } } }[]).filter(
      (each) => each.proxy === link.name,
    );
    expect(own!.bytes.upstream.in).toBeLessThan(16 * 1024 * 1024);
    server.socket.destroy();
    await client.ended;
  });
});

test('a reset on one side is a reset on the other', async () => {
  const link = await bed.link();
  const one = await link.open();
  one.client.socket.resetAndDestroy();
  expect(await one.server.ended).toBe('ECONNRESET');
  const other = await link.open();
  other.server.socket.resetAndDestroy();
  expect(await other.client.ended).toBe('ECONNRESET');
});

test('an upstream that refuses is an error to who dials, whether it has sent something or not, and the event says why', async () => {
  const link = await bed.link();
  await bed.ask('PATCH', `/proxies/${link.name}`, { upstream: '127.0.0.1:1' });
  const client = await link.dial();
  expect(await client.ended).toBe('ECONNRESET');
  const closed = await eventually('the close', async () =>
    (await bed.events(`&proxies=${link.name}`)).find((each) => each.event === 'connection-closed'),
  );
  expect(closed).toMatchObject({ ended: { client: 'rst', upstream: 'refused' }, reason: expect.stringContaining('ECONNREFUSED') });
  const quick = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const each = await link.dial();
      each.send('x');
      return each.ended;
    }),
  );
  expect(new Set(quick)).toEqual(new Set(['ECONNRESET']));
});

test('stages put in and taken out in the middle of a stream lose and alter nothing', async () => {
  const link = await bed.link();
  const { client, server } = await link.open();
  const payload = Buffer.alloc(24 * 1024 * 1024, 'stages come and go; ');
  const sum = sumOf(server, payload.length);
  client.send(payload);
  for (let turn = 0; turn < 10; turn += 1) {
    await link.arm('latency', 'upstream', { latency: 3, jitter: 2 });
    await link.arm('stall', 'upstream', { for_ms: 4 });
    await link.disarm('latency');
    await link.disarm('stall');
  }
  expect(await sum).toBe(createHash('sha256').update(payload).digest('hex'));
});

test('after 1,000 connections opened, cut and closed, descriptors and memory are back where they were', async () => {
  await using own = await proxyBed({ eventBounds: { eventsMax: 500, bytesMax: 1024 * 1024 } });
  const link = await own.link();
  await using upstream = await forgetfulServer();
  await own.ask('PATCH', `/proxies/${link.name}`, { upstream: upstream.address });
  await link.arm('cut', 'upstream', { how: 'rst', at_byte: 8, times: 1_000_000 });
  const noneLive = () =>
    eventually('all connections closed', async () => ((await own.ask('GET', '/connections')).json.live.length === 0 ? true : undefined));
  const churn = async (count: number) => {
    for (let at = 0; at < count; at += 50) await Promise.all(Array.from({ length: 50 }, (_each, k) => visit(link.listen, k % 2 === 0)));
    await noneLive();
  };
  await churn(1100);
  const before = await measured();
  await churn(1000);
  await eventually('descriptors as before', async () => ((await measured()).descriptors <= before.descriptors + 2 ? true : undefined));
  expect((await measured()).heapMiB - before.heapMiB).toBeLessThan(1.5);
}, 30_000);

/** Sends eight bytes and is cut, or seven and closes. */
function visit(listen: string, cut: boolean): Promise<void> {
  const [host = '', port = ''] = listen.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) }, () => {
      if (cut) socket.write('12345678');
      else socket.end('1234567');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

async function forgetfulServer(): Promise<AsyncDisposable & { address: string }> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

async function measured(): Promise<{ descriptors: number; heapMiB: number }> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await pause(5);
  }
  return { descriptors: readdirSync('/proc/self/fd').length, heapMiB: process.memoryUsage().heapUsed / 2 ** 20 };
}

async function sumOf(peer: Peer, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  let got = 0;
  peer.socket.removeAllListeners('data');
  await new Promise<void>((resolve) => {
    peer.socket.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      got += chunk.length;
      if (got >= bytes) resolve();
    });
  });
  return hash.digest('hex');
}

function pause(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms));
}
