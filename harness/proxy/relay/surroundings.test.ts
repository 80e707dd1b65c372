// The window around a place of a stream, at its edges, and in an event of the proxy: raw links have it, framed ones tell of frames instead.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { proxyBed, type ProxyBed } from '../testing/proxy-bed.ts';
import { Surroundings } from './surroundings.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

test('the window reaches over the edges of chunks, is bounded on both sides, and knows nothing of what has gone by', () => {
  const seen = new Surroundings();
  expect(seen.at(0)).toBeUndefined();
  seen.see(Buffer.alloc(5_000, 'a'), 0);
  seen.see(Buffer.from('bc'), 5_000);
  expect(seen.at(5_001)).toEqual({ bytes: Buffer.from(`${'a'.repeat(1_023)}bc`), at: 1_024 });
  seen.see(Buffer.alloc(5_000, 'd'), 5_002);
  expect(seen.at(5_002)).toEqual({ bytes: Buffer.from(`${'a'.repeat(1_022)}bc${'d'.repeat(1_024)}`), at: 1_024 });
  expect(seen.at(10_002)?.bytes.toString()).toBe('d'.repeat(1_024));
  expect(seen.at(3_000)).toBeUndefined();
  expect(seen.at(20_000)).toBeUndefined();
  // Bytes that passed elsewhere, while no toxic was there: what was before is not what stands before.
  seen.see(Buffer.from('xyz'), 90_000);
  expect(seen.at(90_001)).toEqual({ bytes: Buffer.from('xyz'), at: 1 });
});

test.each([
  ['raw', true, { bytes: Buffer.from('hello, world').toString('base64'), at: 7 }],
  ['raw', false, undefined],
  ['ndjson', true, undefined],
] as const)('a cut behind 7 bytes of a link that is %s, captured: %s', async (framing, capture, around) => {
  const link = await bed.link({ framing, capture });
  await link.arm('cut', 'upstream', { at_byte: 7 });
  const { client } = await link.open();
  client.send('hello, world');
  await client.ended;
  const [hit] = await link.hits('cut', 1);
  expect(hit).toMatchObject({ byteOffset: 7 });
  expect((hit as { around?: object }).around).toEqual(around);
});
