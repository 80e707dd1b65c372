import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from '../../testing/proxy-bed.ts';
import type { ProxyBed } from '../../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const textFrame = (text: string) => Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]);
const UPGRADE =
  'GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCHED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

describe('split', () => {
  test.each([
    ['unix', 'boundary'],
    ['tcp', 'gated'],
  ] as const)('on %s every byte is a read of its own, vouched for as %s', async (transport, fidelity) => {
    const link = await bed.link({ transport });
    await link.arm('split', 'upstream', { every: 1 });
    const { client, server } = await link.open();
    const text = '0123456789'.repeat(30);
    client.send(text);
    expect(await server.received(300)).toBe(text);
    expect(server.reads).toHaveLength(300);
    expect(await bed.seen('toxic-fired')).toBeDefined();
    const [hit] = await link.hits('split');
    expect(hit).toMatchObject({ byteOffset: 0, fidelity, boundaries: 300, vouched: 300, bytesForwarded: 300 });
  });

  test('sizes and offsets cut one frame only, and what follows waits its turn', async () => {
    const link = await bed.link({ framing: 'ndjson', transport: 'unix' });
    await link.arm('split', 'downstream', { sizes: [2, 3], frame: 2 });
    const { client, server } = await link.open();
    server.send('one\ntwo and more\nthree\n');
    await client.received(23);
    expect(client.text()).toBe('one\ntwo and more\nthree\n');
    expect(client.reads.map(String)).toEqual(['one\n', 'tw', 'o a', 'nd more\n', 'three\n']);
    expect(await link.hits('split')).toMatchObject([{ frameIndex: 2, byteOffset: 4, boundaries: 3, vouched: 3 }]);
  });

  test.each(['unix', 'tcp'] as const)('what a split has not sent when it is removed goes out in one piece: %s', async (transport) => {
    const link = await bed.link({ transport, framing: 'ndjson' });
    await link.arm('split', 'upstream', { every: 1, gap: 'gated' });
    const { client, server } = await link.open();
    server.socket.pause();
    const text = `${'0123456789'.repeat(30)}\n`.repeat(3);
    client.send(text);
    const seen = async () => (await bed.events()).filter(({ event, proxy }) => event === 'frame' && proxy === link.name).length;
    await eventually('the proxy has all three lines', async () => (await seen()) === 3 || undefined);
    await link.disarm('split');
    server.socket.resume();
    expect(await server.received(text.length)).toBe(text);
    expect(server.reads.length).toBeLessThan(10);
  });

  test('offsets count from at_byte where no frame is named', async () => {
    const link = await bed.link({ transport: 'unix' });
    await link.arm('split', 'upstream', { offsets: [1, 3], at_byte: 4, length: 5 });
    const { client, server } = await link.open();
    client.send('abcdefghijkl');
    await server.received(12);
    expect(server.reads.map(String)).toEqual(['abcd', 'e', 'fg', 'hi', 'jkl']);
  });

  test('split_utf8 parts a character, once', async () => {
    const link = await bed.link({ transport: 'unix' });
    await link.arm('split_utf8', 'upstream');
    const { client, server } = await link.open();
    client.send('abc é and ü');
    await server.received(13);
    expect(server.reads.map((read) => read.toString('latin1'))).toEqual(['abc \xc3', '\xa9 and \xc3\xbc']);
  });

  test.each([[{}], [{ every: 1, sizes: [1] }], [{ every: 0 }], [{ sizes: [] }], [{ gap: 'wide', every: 1 }], [{ at_bytes: 3, every: 1 }]])(
    'refuses %j',
    async (attributes) => {
      const link = await bed.link();
      const answer = await bed.ask('POST', `/proxies/${link.name}/toxics`, { type: 'split', attributes });
      expect(answer).toMatchObject({ status: 400, json: { error: expect.stringMatching(/^bad request body: /), status: 400 } });
    },
  );
});

describe('coalesce', () => {
  test('a 101 reply leaves in one read with the first frame', async () => {
    const link = await bed.link({ framing: 'websocket' });
    await link.arm('coalesce', 'downstream', { match: { type: 'response-head' }, frames: 2, within_ms: 2000 });
    const { client, server } = await link.open();
    client.send(UPGRADE);
    await server.received(UPGRADE.length);
    server.send(SWITCHED);
    await eventually('the head at the proxy', async () =>
      (await bed.events(`&proxies=${link.name}`)).find((each) => each['type'] === 'response-head'),
    );
    server.send(textFrame('hello'));
    await client.received(SWITCHED.length + 7);
    expect(client.reads).toHaveLength(1);
    expect(await link.hits('coalesce')).toMatchObject([{ frameIndex: 1, note: expect.stringContaining('2 frames') }]);
  });

  test('what does not come in time goes out, and the hit says so', async () => {
    const link = await bed.link();
    await link.arm('coalesce', 'upstream', { until_bytes: 100, within_ms: 100 });
    const { client, server } = await link.open();
    client.send('too');
    await eventually('the first write at the proxy', async () => (await link.bytesIn('upstream')) === 3 || undefined);
    client.send(' little');
    expect(await server.received(10)).toBe('too little');
    expect(await link.hits('coalesce', 1)).toMatchObject([{ error: 'too little came in time', note: '10 bytes, 2 reads in one write' }]);
  });
});

describe('stall', () => {
  test('keeps back from a byte on until it is removed, and loses nothing, the end included', async () => {
    const link = await bed.link();
    await link.arm('stall', 'upstream', { at_byte: 5 });
    const { client, server } = await link.open();
    client.socket.end('12345678');
    expect(await server.received(5)).toBe('12345');
    await bed.seen('toxic-fired');
    expect(server.socket.readableEnded).toBe(false);
    await link.disarm('stall');
    expect(await server.received(8)).toBe('12345678');
    expect(await server.ended).toBe('eof');
    expect((await bed.events(`&proxies=${link.name}`)).filter((each) => each.event === 'toxic-fired')).toMatchObject([{ byteOffset: 5 }]);
  });

  test('for_ms lets go by itself, and the other direction is not touched', async () => {
    const link = await bed.link();
    await link.arm('stall', 'downstream', { for_ms: 600 });
    const { client, server } = await link.open();
    const began = performance.now();
    server.send('late');
    client.send('now');
    expect(await server.received(3)).toBe('now');
    expect(performance.now() - began).toBeLessThan(500);
    expect(await client.received(4)).toBe('late');
    expect(performance.now() - began).toBeGreaterThan(590);
    server.send('!');
    expect(await client.received(5)).toBe('late!');
    expect(await link.hits('stall')).toHaveLength(1);
  });

  test('each matching frame stalls again, and the order stays', async () => {
    const link = await bed.link({ framing: 'ndjson' });
    await link.arm('stall', 'upstream', { for_ms: 20, match: { contains: 'slow' } });
    const { client, server } = await link.open();
    client.send('a\nslow1\nb\nslow2\nc\n');
    expect(await server.received(18)).toBe('a\nslow1\nb\nslow2\nc\n');
    expect(await link.hits('stall')).toMatchObject([{ frameIndex: 2 }, { frameIndex: 4 }]);
  });

  test('a held sender feels back-pressure, and a stall with dead peers is removed at once', async () => {
    const link = await bed.link();
    await link.arm('stall', 'upstream');
    const { client, server } = await link.open();
    const taken = new Promise((resolve) => client.socket.write(Buffer.alloc(48 * 1024 * 1024), resolve));
    expect(await Promise.race([taken, new Promise((resolve) => setTimeout(() => resolve('blocked'), 200))])).toBe('blocked');
    client.socket.resetAndDestroy();
    server.socket.resetAndDestroy();
    const began = performance.now();
    await link.disarm('stall');
    expect(performance.now() - began).toBeLessThan(2_000);
    await eventually('the connection closed', async () =>
      (await bed.ask('GET', `/connections?proxies=${link.name}`)).json.live.length === 0 ? true : undefined,
    );
  });
});

describe('slow_reader', () => {
  test('with rate 0 the sender blocks until it is removed', async () => {
    const link = await bed.link();
    const { client, server } = await link.open();
    client.send('before');
    await server.received(6);
    await link.arm('slow_reader', 'upstream', { rate: 0 });
    client.send('after');
    const taken = new Promise((resolve) => client.socket.write(Buffer.alloc(16 * 1024 * 1024), resolve));
    expect(await Promise.race([taken, new Promise((resolve) => setTimeout(() => resolve('blocked'), 200))])).toBe('blocked');
    expect(server.text()).toBe('before');
    await link.disarm('slow_reader');
    await taken;
    await server.received(16 * 1024 * 1024 + 11);
  });

  test('reads about as many bytes a second as it is told', async () => {
    const link = await bed.link();
    await link.arm('slow_reader', 'upstream', { rate: 100_000 });
    const { client, server } = await link.open();
    const began = performance.now();
    client.send(Buffer.alloc(40_000));
    await server.received(40_000);
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(150);
    expect(tookMs).toBeLessThan(900);
  });
});
