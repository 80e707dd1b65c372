import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proxyBed } from '../../testing/proxy-bed.ts';
import type { ProxyBed } from '../../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

const LINES = 'a1\nb22\nc333\nd4444\ne\n';

describe('frames of a stream of lines', () => {
  test.each<[string, object, string]>([
    ['drop', { frame: 2 }, 'a1\nc333\nd4444\ne\n'],
    ['drop', { match: { contains: '4' }, times: 9 }, 'a1\nb22\nc333\ne\n'],
    ['drop', {}, 'b22\nc333\nd4444\ne\n'],
    ['drop', { times: 2 }, 'c333\nd4444\ne\n'],
    ['drop', { at_byte: 4, length: 2 }, 'a1\nb\nc333\nd4444\ne\n'],
    ['duplicate', { frame: 3 }, 'a1\nb22\nc333\nc333\nd4444\ne\n'],
    ['duplicate', { at_byte: 0, length: 2 }, 'a1a1\nb22\nc333\nd4444\ne\n'],
    ['hold', { frame: 1, frames: 2 }, 'b22\nc333\na1\nd4444\ne\n'],
    ['hold', { frame: 4 }, LINES.replace('d4444\ne\n', 'e\nd4444\n')],
    ['reorder', { frame: 2 }, 'a1\nc333\nb22\nd4444\ne\n'],
    ['reorder', { frame: 5 }, LINES],
    ['truncate', { frame: 3, to_bytes: 2 }, 'a1\nb22\nc3d4444\ne\n'],
    ['truncate', { frame: 4, by_bytes: 3 }, 'a1\nb22\nc333\nd44e\n'],
    ['truncate', { at_byte: 9 }, 'a1\nb22\nc3'],
    ['corrupt', { frame: 2, offset: 1, mask: 1 }, 'a1\nb32\nc333\nd4444\ne\n'],
    ['corrupt', { frame: 4, offset: 1, length: 3, mask: 4 }, 'a1\nb22\nc333\nd0004\ne\n'],
    ['corrupt', { at_byte: 0, mask: 0x20 }, 'A1\nb22\nc333\nd4444\ne\n'],
    ['stray_line', { frame: 3, line: 'who?' }, 'a1\nb22\nwho?\nc333\nd4444\ne\n'],
  ])('%s %j', async (type, attributes, arrives) => {
    for (const pieces of [[LINES], LINES.split('')]) {
      const link = await bed.link({ framing: 'ndjson' });
      await link.arm(type, 'upstream', attributes);
      const { client, server } = await link.open();
      for (const piece of pieces) {
        client.socket.write(piece);
        // As many reads at the proxy as there are pieces, or nearly.
        if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
      }
      client.socket.end();
      expect(await server.ended).toBe('eof');
      expect(server.text()).toBe(arrives);
    }
  });
});

test('a reordered window is never in its old order, and in the same one for the same seed', async () => {
  const orderWith = async (seed: string) => {
    await using own = await proxyBed({ seed });
    const link = await own.link({ framing: 'ndjson' });
    await link.arm('reorder', 'upstream', { window: 5 });
    const { client, server } = await link.open();
    client.send('1\n2\n3\n4\n5\n6\n');
    await server.received(12);
    return server.text().replaceAll('\n', '');
  };
  const orders = [];
  for (const seed of ['one', 'one', 'two', 'three', 'four']) orders.push(await orderWith(seed));
  expect(orders[0]).toBe(orders[1]);
  expect(new Set(orders).size).toBeGreaterThan(2);
  for (const order of orders) {
    expect(order).not.toBe('123456');
    expect(order.split('').sort().join('')).toBe('123456');
    expect(order.at(-1)).toBe('6');
  }
});

test('a held frame comes out when the toxic is removed', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  await link.arm('hold', 'downstream', { frame: 1 });
  const { client, server } = await link.open();
  server.send('first\nsecond\n');
  expect(await client.received(7)).toBe('second\n');
  await link.disarm('hold');
  expect(await client.received(13)).toBe('second\nfirst\n');
});

test('a stray line without a trigger comes at once, also into an idle connection', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  const { client, server } = await link.open();
  server.send('real\n');
  await client.received(5);
  await link.arm('stray_line', 'downstream', { line: 'warning: something' });
  expect(await client.received(24)).toBe('real\nwarning: something\n');
});

test('a stray line armed inside a line waits for its end', async () => {
  const link = await bed.link({ framing: 'ndjson' });
  const { client, server } = await link.open();
  server.send('re');
  await client.received(2);
  await link.arm('stray_line', 'downstream', { line: 'x' });
  server.send('al\nnext\n');
  expect(await client.received(12)).toBe('real\nx\nnext\n');
});

test.each([
  ['drop', {}],
  ['drop', { frame: 1 }],
  ['hold', { at_byte: 3 }],
  ['reorder', {}],
  ['truncate', {}],
  ['cut', { match: { contains: 'x' } }],
  ['stray_line', {}],
])('on a raw link %s %j is refused with the reason', async (type, attributes) => {
  const link = await bed.link();
  const answer = await bed.ask('POST', `/proxies/${link.name}/toxics`, { type, attributes });
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatch(/raw|needs/);
});
