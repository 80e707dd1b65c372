// Gone behind a byte or a frame: the bytes before are read, and what the reader answers finds nobody.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from '../../testing/proxy-bed.ts';
import type { Peer, ProxyBed } from '../../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

/** Answers the first bytes that come, as a server does that knows of nothing else. */
function answering(server: Peer): Promise<string> {
  return new Promise((resolve) => {
    server.socket.once('data', () =>
      server.socket.write('answer', (error) => resolve((error as NodeJS.ErrnoException | null)?.code ?? 'taken')),
    );
  });
}

/** What becomes of the answers after the first one. */
const failing = (server: Peer) =>
  eventually('an answer that fails', async () => {
    const how = await new Promise<string>((resolve) => {
      server.socket.write('x', (error) => resolve((error as NodeJS.ErrnoException | null)?.code ?? 'taken'));
    });
    return how === 'taken' ? undefined : how;
  });

describe.each([
  ['unix', 'EPIPE'],
  ['tcp', 'taken'],
] as const)('over %s', (transport, first) => {
  test(`the reader has the bytes before, and its first answer is ${first}`, async () => {
    const link = await bed.link({ transport });
    const { client, server } = await link.open();
    await link.arm('gone_after_sending', 'upstream', { at_byte: 7 });
    const answered = answering(server);
    client.send('request and more');
    expect(await answered).toBe(first);
    expect(await failing(server)).toMatch(/EPIPE|ECONNRESET|ERR_STREAM_DESTROYED/);
    expect(server.text()).toBe('request');
    expect(await client.ended).toBe('eof');
    const [hit] = await link.hits('gone_after_sending', 1);
    expect(hit).toMatchObject({ byteOffset: 7, bytesForwarded: 7, ended: { client: 'fin', upstream: 'closed' } });
  });
});

test.each([
  ['without a trigger, behind the first frame', {}, 'one\n'],
  ['behind a frame that matches', { match: { contains: 'wo' } }, 'one\ntwo\n'],
  ['behind a byte of a frame', { frame: 2, at_byte: 1 }, 'one\nt'],
])('%s', async (_where, attributes, expected) => {
  const link = await bed.link({ transport: 'unix', framing: 'ndjson' });
  const { client, server } = await link.open();
  await link.arm('gone_after_sending', 'upstream', attributes);
  client.send('one\ntwo\nthree\n');
  expect(await server.ended).toMatch(/eof|closed/);
  expect(server.text()).toBe(expected);
  expect(await link.hits('gone_after_sending', 1)).toHaveLength(1);
});

test('downstream it is the server that has gone', async () => {
  const link = await bed.link({ transport: 'unix' });
  const { client, server } = await link.open();
  await link.arm('gone_after_sending', 'downstream', { at_byte: 5 });
  server.send('reply');
  expect(await client.received(5)).toBe('reply');
  expect(await failing(client)).toBe('EPIPE');
});

test('many bytes before the point all arrive, however slowly they are read', async () => {
  const link = await bed.link({ transport: 'unix' });
  const { client, server } = await link.open();
  const bytes = 3 * 1024 * 1024;
  await link.arm('gone_after_sending', 'upstream', { at_byte: bytes });
  server.socket.pause();
  client.send(Buffer.alloc(bytes + 10, 'x'));
  server.socket.resume();
  expect(await server.ended).toMatch(/eof|closed/);
  expect(server.reads.reduce((sum, read) => sum + read.length, 0)).toBe(bytes);
});
