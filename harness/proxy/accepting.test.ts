import { access } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from './proxy-bed.ts';
import type { ProxyBed } from './proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe.each(['tcp', 'unix'] as const)('on %s', (transport) => {
  test('refuse refuses while it is armed and no longer, at the same address', async () => {
    const link = await bed.link({ transport });
    const live = await link.open();
    await link.arm('refuse', 'upstream');
    await expect(link.dial()).rejects.toThrow('ECONNREFUSED');
    live.client.send('still here');
    expect(await live.server.received(10)).toBe('still here');
    expect(await link.hits('refuse')).toMatchObject([{ connection: 2, ended: { client: 'refused' } }]);
    await link.disarm('refuse');
    const { client, server } = await link.open();
    client.send('again');
    expect(await server.received(5)).toBe('again');
    expect((await bed.ask('GET', `/proxies/${link.name}`)).json).toMatchObject({ listen: link.listen, enabled: true });
  });

  test('refuse with a connection refuses from that one on', async () => {
    const link = await bed.link({ transport });
    await link.arm('refuse', 'upstream', { connection: 3 });
    await link.open();
    await link.open();
    await eventually('the listener closed', async () => ((await link.hits('refuse')).length > 0 ? true : undefined));
    await expect(link.dial()).rejects.toThrow('ECONNREFUSED');
  });

  test('accept_close closes what it accepts without dialling for it', async () => {
    const link = await bed.link({ transport });
    await link.arm('accept_close', 'upstream', { times: 1 });
    const client = await link.dial();
    expect(await client.ended).toBe('eof');
    expect(await link.hits('accept_close')).toMatchObject([{ connection: 1, ended: { client: 'fin' } }]);
    const { server } = await link.open();
    expect(server).toBe(await link.accepted(0));
  });

  test('never_accept leaves a connection alone until it is removed', async () => {
    const link = await bed.link({ transport });
    await link.arm('never_accept', 'upstream', { connection: 1 });
    const client = await link.dial();
    client.send('anybody?');
    await bed.seen('toxic-fired');
    expect(client.reads).toEqual([]);
    await link.disarm('never_accept');
    expect(await (await link.accepted(0)).received(8)).toBe('anybody?');
  });
});

test('accept_close with rst resets', async () => {
  const link = await bed.link();
  await link.arm('accept_close', 'upstream', { how: 'rst' });
  // The reset may come before the dialler knows that it is connected.
  const seen = await link.dial().then(
    (client) => client.ended,
    (error: NodeJS.ErrnoException) => error.code,
  );
  expect(seen).toBe('ECONNRESET');
});

test('a disabled proxy closes its connections, waiting ones too, and removes its socket file', async () => {
  const link = await bed.link({ transport: 'unix' });
  await link.arm('never_accept', 'upstream', { connection: 2 });
  const { client } = await link.open();
  const waiting = await link.dial();
  await bed.ask('PATCH', `/proxies/${link.name}`, { enabled: false });
  await Promise.all([client.ended, waiting.ended]);
  await expect(access(link.listen.slice(5))).rejects.toThrow('ENOENT');
});
