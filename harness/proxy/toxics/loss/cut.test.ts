import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopReading } from '../../exact/end-connection.ts';
import { proxyBed } from '../../testing/proxy-bed.ts';
import type { ProxyBed } from '../../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('a cut at byte 10 while the sender pushes 80 KiB', () => {
  test.each([
    ['tcp', 'rst', 'ECONNRESET', 'ECONNRESET', 'rst', 'rst'],
    ['tcp', 'fin', 'eof', 'eof', 'fin', 'fin'],
    ['unix', 'fin', 'eof', 'eof', 'fin', 'fin'],
    // A Unix reset is a close with unread data: the reader had sent nothing that could lie unread.
    ['unix', 'rst', 'ECONNRESET', 'eof', 'rst', 'eof'],
  ] as const)('on %s with %s gives one outcome, 20 times of 20', async (transport, how, senderSees, readerSees, client, upstream) => {
    const link = await bed.link({ transport });
    await link.arm('cut', 'upstream', { how, at_byte: 10, times: 20 });
    const payload = Buffer.alloc(80 * 1024, 'abcdefghijklmno');
    for (let run = 1; run <= 20; run += 1) {
      const peers = await link.open();
      peers.client.send(payload);
      expect(await peers.server.ended).toBe(readerSees);
      expect(await peers.client.ended).toBe(senderSees);
      expect(peers.server.text()).toBe('abcdefghij');
      peers.client.socket.destroy();
      peers.server.socket.destroy();
    }
    const hits = await link.hits('cut', 1);
    expect(hits).toHaveLength(20);
    for (const [at, hit] of hits.entries())
      expect(hit).toMatchObject({
        connection: at + 1,
        direction: 'upstream',
        byteOffset: 10,
        bytesForwarded: 10,
        delivered: 'read',
        ended: { client, upstream },
      });
  });
});

test('a cut inside the third frame forwards exactly the bytes before it, and nothing passes the other way', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  await link.arm('cut', 'downstream', { how: 'fin', frame: 3, at_byte: 4 });
  const { client, server } = await link.open();
  server.send('first\nsecond\nth');
  server.send('ird\nfourth\n');
  expect(await client.ended).toBe('eof');
  expect(client.text()).toBe('first\nsecond\nthir');
  client.send('too late');
  expect(await server.ended).toBe('eof');
  expect(server.text()).toBe('');
  const [hit] = await link.hits('cut', 1);
  expect(hit).toMatchObject({ direction: 'downstream', frameIndex: 3, offsetInFrame: 4, byteOffset: 17, bytesForwarded: 17 });
});

test('without a byte it cuts before the frame; at its length it cuts behind it', async () => {
  const before = await bed.link({ framing: 'ndjson' });
  await before.arm('cut', 'upstream', { frame: 2 });
  const one = await before.open();
  one.client.send('a\nb\nc\n');
  expect(await one.server.ended).toBe('eof');
  expect(one.server.text()).toBe('a\n');

  const behind = await bed.link({ framing: 'ndjson' });
  await behind.arm('cut', 'upstream', { frame: 2, at_byte: 2 });
  const two = await behind.open();
  two.client.send('a\nb\n');
  expect(await two.server.ended).toBe('eof');
  expect(two.server.text()).toBe('a\nb\n');
});

test('a byte beyond the frame never fires and is said', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  await link.arm('cut', 'upstream', { frame: 1, at_byte: 50 });
  const { client, server } = await link.open();
  client.send('short\nnext\n');
  await server.received(11);
  expect(await link.hits('cut')).toEqual([]);
  expect((await bed.events(`&proxies=${link.name}`)).find((each) => each.event === 'beyond-frame')).toMatchObject({
    index: 1,
    length: 6,
    atByte: 50,
  });
});

test('the second matching frame is found by its content, also when it comes in pieces', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  await link.arm('cut', 'upstream', { how: 'rst', match: { json: { '/method': 'create', '/params/id': 7 } }, frame: 2, at_byte: 5 });
  const { client, server } = await link.open();
  const line = (id: number, note: string) => `${JSON.stringify({ method: 'create', params: { id }, note })}\n`;
  client.send(line(7, 'first match') + line(8, 'none') + line(7, 'second').slice(0, 20));
  // The frame is held until it can be judged, what is before it is not.
  await server.received((line(7, 'first match') + line(8, 'none')).length);
  client.send(line(7, 'second').slice(20));
  expect(await server.ended).toBe('ECONNRESET');
  expect(server.text()).toBe(line(7, 'first match') + line(8, 'none') + line(7, 'second').slice(0, 5));
  expect(await link.hits('cut', 1)).toMatchObject([{ frameIndex: 3, offsetInFrame: 5 }]);
});

test('a frame too large to be judged passes, and is said once', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  await link.arm('cut', 'upstream', { match: { contains: 'x' } });
  const { client, server } = await link.open();
  const line = `${'x'.repeat(1024 * 1024 + 100)}\n`;
  client.send(line);
  client.send(line);
  await server.received(line.length * 2);
  const told = (await bed.events(`&proxies=${link.name}`)).filter((each) => each.event === 'match-too-large');
  expect(told).toMatchObject([{ toxic: 'cut', direction: 'upstream' }]);
});

test('half_close ends one direction only: the reply still passes', async () => {
  const link = await bed.link();
  await link.arm('cut', 'upstream', { how: 'half_close', at_byte: 4 });
  const { client, server } = await link.open();
  client.send('ping and more');
  expect(await server.ended).toBe('eof');
  expect(server.text()).toBe('ping');
  server.send('pong');
  expect(await client.received(4)).toBe('pong');
  expect(await link.hits('cut', 1)).toMatchObject([{ bytesForwarded: 4, ended: { upstream: 'half-close', client: 'open' } }]);
});

test('a blackhole swallows both directions with both ends open until it is removed', async () => {
  const link = await bed.link();
  await link.arm('cut', 'downstream', { how: 'blackhole', at_byte: 3 });
  const { client, server } = await link.open();
  server.send('abcdef');
  expect(await client.received(3)).toBe('abc');
  await bed.seen('toxic-fired');
  server.send('more');
  client.send('lost');
  await bed.ask('GET', '/version');
  expect([client.text(), server.text()]).toEqual(['abc', '']);
  expect([client.socket.readableEnded, server.socket.readableEnded]).toEqual([false, false]);
  await link.disarm('cut');
  await Promise.all([client.ended, server.ended]);
  expect(client.text()).toBe('abc');
});

test('without a trigger it cuts live connections at once and new ones when they are accepted', async () => {
  const link = await bed.link();
  const live = [await link.open(), await link.open()];
  await link.arm('cut', 'both', { how: 'rst' });
  for (const { client, server } of live) expect([await client.ended, await server.ended]).toEqual(['ECONNRESET', 'ECONNRESET']);
  const later = await link.dial();
  expect(await later.ended).toBe('ECONNRESET');
  const hits = await link.hits('cut', 1);
  expect(hits.map((hit) => hit.connection)).toEqual([1, 2, 3]);
});

test('connection picks the k-th of the proxy, nth the k-th after arming, label the one that names itself', async () => {
  const link = await bed.link();
  await link.open();
  await link.arm('cut', 'upstream', { connection: 3, at_byte: 1 });
  await link.arm('half_open', 'upstream', { nth: 1, gone: 'upstream' });
  const second = await link.open();
  expect(await second.server.ended).toBe('eof');
  const third = await link.open();
  third.client.send('x');
  expect(await third.server.ended).toBe('eof');

  const labelled = await bed.link({ framing: 'http' });
  await labelled.arm('cut', 'upstream', { label: 'agent=two', frame: 1, times: 2 });
  const one = await labelled.open();
  one.client.send('GET /?agent=one HTTP/1.1\r\nHost: a\r\n\r\n');
  await one.server.received(20);
  const two = await labelled.open();
  two.client.send('GET /?agent=two HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await two.server.ended).toBe('eof');
  expect(two.server.text()).toBe('');
  expect(await labelled.hits('cut', 1)).toMatchObject([{ connection: 2 }]);
});

test('it fires as often as times says, across connections', async () => {
  const link = await bed.link();
  await link.arm('cut', 'upstream', { at_byte: 1, times: 2 });
  for (let run = 0; run < 2; run += 1) {
    const { client, server } = await link.open();
    client.send('xy');
    expect(await server.ended).toBe('eof');
  }
  const { client, server } = await link.open();
  client.send('xy');
  expect(await server.received(2)).toBe('xy');
});

test('a cut whose reader does not read waits no longer than it is told', async () => {
  const link = await bed.link();
  await link.arm('cut', 'upstream', { how: 'rst', at_byte: 4, read_within_ms: 100 });
  const { client, server } = await link.open();
  stopReading(server.socket);
  client.send('abcdef');
  expect(await client.ended).toBe('ECONNRESET');
  expect(await link.hits('cut', 1)).toMatchObject([{ delivered: 'deadline', bytesForwarded: 4 }]);
});

test('half_open loses one side of which the other learns nothing', async () => {
  const link = await bed.link();
  const { client, server } = await link.open();
  client.send('hello');
  await server.received(5);
  await link.arm('half_open', 'upstream');
  await server.ended;
  client.send('anybody there?');
  await bed.ask('GET', '/version');
  expect(client.socket.readableEnded).toBe(false);
  await link.disarm('half_open');
  await client.ended;
});

test('count_from armed counts frames and bytes from the moment of arming', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  const { client, server } = await link.open();
  client.send('1\n2\n3\n');
  await server.received(6);
  await link.arm('drop', 'upstream', { frame: 2, count_from: 'armed' });
  await link.arm('cut', 'upstream', { at_byte: 7, count_from: 'armed' });
  client.send('4\n5\n6\n7\n8\n');
  expect(await server.ended).toBe('eof');
  expect(server.text()).toBe('1\n2\n3\n4\n6\n7');
  expect(await link.hits('drop', 1)).toMatchObject([{ frameIndex: 5, byteOffset: 8 }]);
  expect(await link.hits('cut', 1)).toMatchObject([{ byteOffset: 13, bytesForwarded: 11 }]);
});

test('after a half close a reset still passes', async () => {
  const link = await bed.link();
  await link.arm('cut', 'upstream', { how: 'half_close', at_byte: 1 });
  const { client, server } = await link.open();
  client.send('xy');
  expect(await server.ended).toBe('eof');
  const broken = new Promise((resolve) => server.socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code)));
  client.socket.resetAndDestroy();
  // An ended reader learns of a reset when it writes.
  const writing = setInterval(() => server.send('z'), 5);
  expect(await broken).toMatch(/ECONNRESET|EPIPE/);
  clearInterval(writing);
});

test('latency before a cut delays the cut with the bytes, and a Toxiproxy toxic may pick its connection', async () => {
  const link = await bed.link();
  await link.arm('cut', 'upstream', { at_byte: 3 });
  await link.arm('latency', 'upstream', { latency: 800, connection: 1 });
  const { client, server } = await link.open();
  const began = performance.now();
  client.send('abcdef');
  expect(await server.ended).toBe('eof');
  expect(performance.now() - began).toBeGreaterThan(795);
  expect(server.text()).toBe('abc');
  const second = await link.open();
  const again = performance.now();
  second.client.send('quick');
  await second.server.received(5);
  expect(performance.now() - again).toBeLessThan(700);
  expect((await bed.ask('GET', `/proxies/${link.name}/toxics/latency`)).json).toEqual({
    name: 'latency',
    type: 'latency',
    stream: 'upstream',
    toxicity: 1,
    attributes: { latency: 800, jitter: 0, connection: 1 },
  });
});
