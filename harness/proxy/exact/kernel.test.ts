import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { openChannel } from './channel.ts';
import { connectedPair } from '../testing/connected-pair.ts';
import { untilRead, writeSlices } from './exact.ts';
import { loadKernel } from './kernel.ts';
import type { Kernel } from './libc.ts';

const loaded = loadKernel();

it('TORNWIRE_NO_NATIVE refuses the library and says so', () => {
  vi.stubEnv('TORNWIRE_NO_NATIVE', '1');
  expect(loadKernel()).toEqual({ missing: 'TORNWIRE_NO_NATIVE is set' });
  vi.unstubAllEnvs();
  expect(loadKernel()).toBe(loaded);
});

describe.skipIf('missing' in loaded)('the kernel', () => {
  const kernel = loaded as Kernel;

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::', '127.0.0.1'],
    ['::1', '::1'],
  ])('shows what the other end of a TCP connection has received and not read: listening on %s, dialled at %s', async (host, target) => {
    await using pair = await tcpPair(host, target);
    const look = kernel.tcpPeer(end(pair.near, 'local'), end(pair.near, 'remote'));
    expect([look.unread(), look.received()]).toEqual([0, 0]);
    expect(kernel.send(fdOf(pair.near), Buffer.from('xhellox'), 1, 6)).toBe(5);
    expect([look.unread(), look.received(), kernel.tcpWritten(fdOf(pair.near))]).toEqual([5, 5, 5]);
    pair.far.resume();
    await vi.waitFor(() => expect(look.unread()).toBe(0));
  });

  it('finds no peer where there is only a listener, and none after it closed', async () => {
    await using pair = await tcpPair('127.0.0.1', '127.0.0.1');
    const { port } = end(pair.near, 'remote');
    expect(kernel.tcpPeer({ address: '127.0.0.1', port: 1 }, { address: '127.0.0.1', port }).unread()).toBeUndefined();
    const look = kernel.tcpPeer(end(pair.near, 'local'), end(pair.near, 'remote'));
    pair.far.destroy();
    await vi.waitFor(() => expect(look.unread()).toBeUndefined());
  });

  it('calls no look-up a sight of the reader where the peer lives in another network namespace', async () => {
    await using pair = await tcpPair('127.0.0.1', '127.0.0.1');
    const blind: Kernel = { ...kernel, tcpPeer: () => ({ unread: () => undefined, received: () => undefined }) };
    const channel = openChannel(pair.near, blind);
    expect(channel).toMatchObject({ sees: 'acknowledgement' });
  });

  it('answers with an errno when there is no room, and with EPIPE when the peer has gone', async () => {
    await using pair = await connectedPair('unix');
    const fd = fdOf(pair.near);
    const piece = Buffer.alloc(1);
    let sent = 0;
    while (sent < 100_000 && kernel.sendWithDescriptor(fd, piece, 0, 1) === 1) sent += 1;
    expect(sent).toBeGreaterThan(10);
    expect(kernel.sendWithDescriptor(fd, piece, 0, 1)).toBeLessThan(0);
    expect(kernel.hungUp(fd)).toBe(false);
    pair.far.destroy();
    await vi.waitFor(() => expect(kernel.hungUp(fd)).toBe(true));
    expect(kernel.send(fd, piece, 0, 1)).toBe(-32);
  });

  it('leaves no descriptor behind, in this process or in the reader', async () => {
    await using pair = await connectedPair('unix');
    pair.far.resume();
    await writeSlices(pair.near, Buffer.alloc(100), { every: 1 }, { deadlineMs: 2000 });
    await untilRead(pair.near, { deadlineMs: 2000 });
    const before = openDescriptors();
    await writeSlices(pair.near, Buffer.alloc(5000), { every: 1 }, { deadlineMs: 2000 });
    await untilRead(pair.near, { deadlineMs: 2000 });
    expect(openDescriptors() - before).toBeLessThan(50);
  });
});

function openDescriptors(): number {
  return fs.readdirSync('/proc/self/fd').length;
}

function fdOf(socket: net.Socket): number {
  return (socket as unknown as { _handle: { fd: number } })._handle.fd;
}

function end(socket: net.Socket, which: 'local' | 'remote') {
  return { address: socket[`${which}Address`]!, port: socket[`${which}Port`]! };
}

async function tcpPair(host: string, target: string) {
  const { promise, resolve } = Promise.withResolvers<net.Socket>();
  const server = net.createServer({ pauseOnConnect: true }, resolve);
  await new Promise<void>((listening) => server.listen(0, host, listening));
  const near = net.connect((server.address() as net.AddressInfo).port, target);
  const [far] = await Promise.all([promise, once(near, 'connect')]);
  for (const each of [near, far]) each.on('error', () => {});
  return {
    near,
    far,
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
