import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';

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

describe('files that are not ours', () => {
  const pathOf = (link: { listen: string }) => link.listen.slice('unix:'.length);

  test('refuse leaves a file whose name is that of the socket with a tilde alone', async () => {
    const link = await bed.link({ transport: 'unix' });
    await writeFile(`${pathOf(link)}~`, 'mine');
    await link.arm('refuse', 'upstream');
    await expect(link.dial()).rejects.toThrow('ECONNREFUSED');
    expect(await readFile(`${pathOf(link)}~`, 'utf8')).toBe('mine');
    expect((await readdir(bed.folder)).filter((name) => name.startsWith('.tw-'))).toEqual([]);
  });

  test.each(['deleted', 'refusing', 'disabled'])('a file in the place of the socket of a proxy that is %s stays', async (how) => {
    const link = await bed.link({ transport: 'unix' });
    if (how === 'refusing') await link.arm('refuse', 'upstream');
    await rm(pathOf(link));
    await writeFile(pathOf(link), 'mine');
    if (how === 'disabled') await bed.ask('POST', `/proxies/${link.name}`, { enabled: false });
    else await bed.ask('DELETE', `/proxies/${link.name}`);
    expect(await readFile(pathOf(link), 'utf8')).toBe('mine');
  });

  test('a file in the place of a live socket outlives a refusal', async () => {
    const link = await bed.link({ transport: 'unix' });
    await rm(pathOf(link));
    await writeFile(pathOf(link), 'mine');
    await link.arm('refuse', 'upstream');
    expect(await readFile(pathOf(link), 'utf8')).toBe('mine');
    await expect(link.disarm('refuse')).rejects.toThrow('address already in use');
    expect(await readFile(pathOf(link), 'utf8')).toBe('mine');
  });

  test("another program's socket in the place of ours stays when the proxy goes", async () => {
    const link = await bed.link({ transport: 'unix' });
    await rm(pathOf(link));
    const theirs = createServer().listen(pathOf(link));
    await once(theirs, 'listening');
    await bed.ask('DELETE', `/proxies/${link.name}`);
    await access(pathOf(link));
    theirs.close();
  });

  test.each(['live', 'refusing'])('the socket of a %s proxy goes with it', async (how) => {
    const link = await bed.link({ transport: 'unix' });
    if (how === 'refusing') await link.arm('refuse', 'upstream');
    await access(pathOf(link));
    expect((await bed.ask('DELETE', `/proxies/${link.name}`)).status).toBe(204);
    await expect(access(pathOf(link))).rejects.toThrow('ENOENT');
  });
});
