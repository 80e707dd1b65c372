import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EventLog } from './events.ts';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

test('a connection, its frames, a fault and the end are told in order, numbered without gaps', async () => {
  const link = await bed.link({ framing: 'ndjson', capture: true });
  await link.arm('cut', 'downstream', { how: 'rst', frame: 2, at_byte: 1 });
  const { client, server } = await link.open();
  client.send('{"method":"hello"}\n');
  await server.received(19);
  server.send('{"ok":true}\nmore\n');
  expect(await client.ended).toBe('ECONNRESET');
  const closed = await eventually('the close', async () => {
    const events = await bed.events(`&proxies=${link.name}`);
    return events.at(-1)?.event === 'connection-closed' ? events : undefined;
  });
  expect(closed.map((each) => each.event)).toEqual([
    'proxy-started',
    'toxic-armed',
    'connection-opened',
    'frame',
    'frame',
    'frame',
    'toxic-fired',
    'connection-closed',
  ]);
  expect(closed[3]).toMatchObject({
    connection: 1,
    direction: 'upstream',
    index: 1,
    type: 'line',
    offset: 0,
    length: 19,
    payload: '{"method":"hello"}',
  });
  expect(closed[6]).toMatchObject({
    toxic: 'cut',
    type: 'cut',
    connection: 1,
    frameIndex: 2,
    offsetInFrame: 1,
    byteOffset: 13,
    bytesForwarded: 13,
  });
  expect(closed[7]).toMatchObject({ ended: { client: 'rst', upstream: 'rst' }, frames: { upstream: 1, downstream: 2 } });
  const seqs = (await bed.events()).map((each) => each.seq);
  expect(seqs).toEqual(seqs.map((_seq, at) => seqs[0]! + at));
});

test('frames carry their content only where it is wanted and short', async () => {
  const plain = await bed.link({ framing: 'ndjson' });
  const one = await plain.open();
  one.client.send('secret\n');
  await one.server.received(7);
  const loud = await bed.link({ framing: 'ndjson', capture: true });
  const two = await loud.open();
  two.client.send(`short\n${'long'.repeat(2000)}\n`);
  await two.server.received(8007);
  const frames = async (name: string) => (await bed.events(`&proxies=${name}`)).filter((each) => each.event === 'frame');
  expect((await frames(plain.name))[0]).not.toHaveProperty('payload');
  const [short, long] = await frames(loud.name);
  expect(short).toMatchObject({ payload: 'short' });
  expect(long).toMatchObject({ length: 8001 });
  expect(long).not.toHaveProperty('payload');
});

test('a stream that breaks its protocol is told once', async () => {
  const link = await bed.link({ framing: 'http' });
  const { client, server } = await link.open();
  client.send('\u0001 is no HTTP\r\n');
  await server.received(14);
  client.send('nor is this');
  await server.received(25);
  const errors = (await bed.events(`&proxies=${link.name}`)).filter((each) => each.event === 'frame-error');
  expect(errors).toMatchObject([{ direction: 'upstream', offset: 0, reason: expect.stringContaining('not an HTTP request') }]);
});

test('followers get events as they happen, from where they ask, for the proxies they ask for', async () => {
  const mine = await bed.link();
  const other = await bed.link();
  const { seq } = (await bed.events()).at(-1)!;
  const aborted = new AbortController();
  const response = await fetch(`${bed.url}/events?since=${seq}&proxies=${mine.name}`, { signal: aborted.signal });
  expect(response.headers.get('content-type')).toBe('application/x-ndjson');
  await other.open();
  await mine.open();
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.includes('connection-opened')) break;
  }
  aborted.abort();
  const [first] = text.split('\n').map((line) => line && (JSON.parse(line) as object));
  expect(first).toMatchObject({ event: 'connection-opened', proxy: mine.name });
});

describe('bounds', () => {
  test('a reader that comes too late is told which events are lost', async () => {
    await using own = await proxyBed({ eventBounds: { eventsMax: 10, bytesMax: 1e9 } });
    const link = await own.link({ framing: 'ndjson' });
    const { client, server } = await link.open();
    client.send('x\n'.repeat(100));
    await server.received(200);
    const events = (await own.events()) as { event: string; from?: number; to?: number; seq?: number }[];
    expect(events).toHaveLength(11);
    expect(events[0]).toMatchObject({ event: 'lost', from: 1 });
    expect(events[1]!.seq).toBe(events[0]!.to! + 1);
  });

  test('a reader that does not read costs no memory and slows nobody, and hears what it lost', async () => {
    await using own = await proxyBed({ eventBounds: { eventsMax: 2000, bytesMax: 1e9 } });
    const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    const link = await own.link({ framing: 'ndjson' });
    const { client, server } = await link.open();
    const lines = 'line\n'.repeat(20_000);
    for (let turn = 0; turn < 5; turn += 1) client.send(lines);
    await server.received(lines.length * 5);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await eventually('what was lost', () => (text.includes('"event":"lost"') ? true : undefined));
    socket.destroy();
  });

  test('the log keeps within its bytes', () => {
    const log = new EventLog({ eventsMax: 1e6, bytesMax: 100_000 });
    const frame = { event: 'frame', connection: 1, connectionId: 1, direction: 'upstream', type: 'line', offset: 0, length: 1001 } as const;
    for (let at = 0; at < 1000; at += 1) log.append('p', { ...frame, index: at + 1, payload: 'x'.repeat(1000) });
    expect(log.nextSeq).toBe(1001);
    expect(log.nextSeq - log.firstSeq).toBeLessThan(60);
    expect(log.at(log.firstSeq - 1)).toBeUndefined();
    expect(log.at(1000)).toMatchObject({ seq: 1000 });
  });
});
