// What a server sees of a client that leaves, by hand and through the proxy. Unix: a close shows at once, and the first
// write fails. TCP: a close looks like a half-close until a byte is answered with RST.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { stopReading } from '../exact/end-connection.ts';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());
afterEach(() => vi.unstubAllEnvs());

interface Ends {
  client: Socket;
  server: Socket;
}
type Open = (transport: 'tcp' | 'unix') => Promise<Ends>;

const throughTheProxy: Open = async (transport) => {
  const { client, server } = await (await bed.link({ transport })).open();
  return { client: client.socket, server: server.socket };
};

const folder = mkdtempSync(join(tmpdir(), 'tw-hangup-'));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const byHand: Open = async (transport) => {
  const listener = createServer({ allowHalfOpen: true });
  servers.push(listener);
  listener.listen(transport === 'unix' ? { path: join(folder, `s${servers.length}`) } : { port: 0, host: '127.0.0.1' });
  await once(listener, 'listening');
  const address = listener.address() as AddressInfo | string;
  const accepted = once(listener, 'connection');
  const client = connect({ ...(typeof address === 'string' ? { path: address } : { port: address.port }), allowHalfOpen: true });
  const [server] = (await accepted) as [Socket];
  for (const socket of [client, server]) socket.on('error', () => {}).resume();
  return { client, server };
};

/** 'taken', or the error of this write. */
function written(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.write('x', (error) => resolve((error as NodeJS.ErrnoException | null)?.code ?? 'taken')));
}

const failing = (socket: Socket) =>
  eventually('a write that fails', async () => {
    const how = await written(socket);
    return how === 'taken' ? undefined : how;
  });

describe.each([
  ['by hand', byHand],
  ['through the proxy', throughTheProxy],
])('%s', (_how, open) => {
  test.each(['tcp', 'unix'] as const)('over %s, a client that ends its half gets what the server writes', async (transport) => {
    const { client, server } = await open(transport);
    client.end('request');
    await once(server, 'end');
    const came = once(client, 'data');
    expect(await written(server)).toBe('taken');
    expect(String(await came)).toBe('x');
    expect(await written(server)).toBe('taken');
    client.destroy();
    expect(await failing(server)).toMatch(/EPIPE|ECONNRESET|ERR_STREAM_DESTROYED/);
  });

  test('over Unix, the first write after a client closed fails', async () => {
    const { client, server } = await open('unix');
    client.write('request', () => client.destroy());
    await once(server, 'end');
    expect(await written(server)).toBe('EPIPE');
  });

  test('over TCP, the write after the first one fails', async () => {
    const { client, server } = await open('tcp');
    client.write('request', () => client.destroy());
    await once(server, 'end');
    expect(await written(server)).toBe('taken');
    expect(await failing(server)).toMatch(/EPIPE|ECONNRESET|ERR_STREAM_DESTROYED/);
  });

  test('over Unix, the first write after a server closed fails', async () => {
    const { client, server } = await open('unix');
    server.write('reply', () => server.destroy());
    await once(client, 'end');
    expect(await written(client)).toBe('EPIPE');
  });
});

test('all that was written before a close arrives, however slowly it is read', async () => {
  const { client, server } = await (await bed.link({ transport: 'unix' })).open();
  const bytes = 4 * 1024 * 1024;
  server.socket.pause();
  client.socket.end(Buffer.alloc(bytes, 'x'), () => client.socket.destroy());
  server.socket.resume();
  expect(await server.ended).toBe('eof');
  expect(server.reads.reduce((sum, read) => sum + read.length, 0)).toBe(bytes);
});

test('a close passes the stages behind the bytes before it, and the event says what it was', async () => {
  const link = await bed.link({ transport: 'unix' });
  const { client, server } = await link.open();
  await link.arm('latency', 'upstream', { latency: 30 });
  client.socket.write('request', () => client.socket.destroy());
  expect(await server.received(7)).toBe('request');
  expect(await server.ended).toBe('eof');
  expect(await written(server.socket)).toBe('EPIPE');
  const [closed] = await eventually('the close', async () => {
    const events = (await bed.events(`&proxies=${link.name}`)).filter(({ event }) => event === 'connection-closed');
    return events.length > 0 ? events : undefined;
  });
  expect(closed).toMatchObject({ ended: { client: 'hung-up', upstream: 'closed' } });
});

describe('a client on a Unix socket that closes with a byte unread', () => {
  /** 'eof', or the error of the read behind all that was sent. */
  const lastRead = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      socket.once('end', () => resolve('eof'));
    });

  const leaves = async ({ client, server }: Ends): Promise<string> => {
    const how = lastRead(server);
    client.write('request');
    await once(server, 'data');
    stopReading(client);
    server.write('reply', () => setTimeout(() => client.destroy(), 50));
    return how;
  };

  test('by hand the last read is a reset', async () => {
    expect(await leaves(await byHand('unix'))).toBe('ECONNRESET');
  });

  test('through the proxy it is an end, for a reset needs something that the proxy has not read either; the event says both', async () => {
    const link = await bed.link({ transport: 'unix' });
    const { client, server } = await link.open();
    expect(await leaves({ client: client.socket, server: server.socket })).toBe('eof');
    const closed = await eventually('the close', async () =>
      (await bed.events(`&proxies=${link.name}`)).find(({ event }) => event === 'connection-closed'),
    );
    expect(closed).toMatchObject({ ended: { client: 'reset', upstream: 'eof' } });
  });
});

test('where the kernel cannot be asked a close passes as a half-close, and the capabilities say so', async () => {
  const told = async () => (await bed.ask('GET', '/capabilities')).json.hangUps;
  expect(await told()).toEqual({ available: true, transports: ['unix'], reason: expect.any(String) });
  vi.stubEnv('TORNWIRE_NO_NATIVE', '1');
  expect(await told()).toEqual({ available: false, reason: 'TORNWIRE_NO_NATIVE is set' });
  const { client, server } = await throughTheProxy('unix');
  client.write('request', () => client.destroy());
  await once(server, 'end');
  expect(await written(server)).toBe('taken');
});
