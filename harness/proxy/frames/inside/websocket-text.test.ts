import { constants, deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { frameReaderFor } from '../reader-for.ts';
import { newFramePair } from '../pair.ts';
import { chunked, encodeFrame, UPGRADE_REPLY, UPGRADE_REQUEST } from '../samples.ts';
import { proxyBed } from '../../testing/proxy-bed.ts';
import { Utf8Text } from './utf8.ts';
import { WebSocketText } from './websocket-text.ts';

/** RFC 3629, section 3: what is a character and what is none. */
test.each<[string, string, number | undefined, string?]>([
  ['characters of each length', '41c3a9e282acf09f9880', undefined],
  ['nothing', '', undefined],
  ['Latin-1', '22e9227d', 1, 'e9227d'],
  ['a continuation byte alone', '4180', 1, '80'],
  ['an overlong one', '41c080', 1, 'c080'],
  ['an overlong one of three bytes', 'e08080', 0, 'e08080'],
  ['a surrogate', '4142eda080', 2, 'eda080'],
  ['beyond U+10FFFF', 'f4908080', 0, 'f4908080'],
  ['a character that is not whole at the end', '41f09f98', 1, 'f09f98'],
])('%s, however the bytes are parted', (_what, hex, at, wrong) => {
  const bytes = Buffer.from(hex, 'hex');
  for (let size = 1; size <= Math.max(1, bytes.length); size += 1) {
    const text = new Utf8Text();
    const found =
      chunked(bytes, size)
        .map((piece) => text.push(piece))
        .find((each) => each !== undefined) ?? text.end();
    expect([size, found?.at]).toEqual([size, at]);
  }
  const whole = new Utf8Text();
  expect((whole.push(bytes) ?? whole.end())?.bytes.toString('hex')).toBe(wrong);
});

/** What is wrong with these frames of a direction, read in pieces of that size. */
function wrongIn(side: 'client' | 'server', frames: readonly Buffer[], size: number): { at: number; bytes: string }[] {
  const pair = newFramePair();
  const [client, server] = [frameReaderFor('websocket', 'client', pair), frameReaderFor('websocket', 'server', pair)];
  client.push(UPGRADE_REQUEST);
  server.push(UPGRADE_REPLY);
  const [reader, text] = [side === 'client' ? client : server, new WebSocketText()];
  return chunked(Buffer.concat(frames), size).flatMap((chunk) =>
    reader.push(chunk).flatMap((span) => {
      const wrong = text.see(chunk, span);
      return wrong ? [{ at: wrong.at, bytes: wrong.bytes.toString('hex') }] : [];
    }),
  );
}

test.each(['client', 'server'] as const)('a text message of a %s is judged as a whole, in whatever fragments and pieces', (side) => {
  const masked = side === 'client';
  const of = (opcode: number, payload: Buffer, fin = true): Buffer => encodeFrame({ opcode, fin, masked, payload });
  const euro = Buffer.from('a€');
  const lawful = [
    of(1, euro.subarray(0, 2), false),
    of(9, Buffer.from([0xff])),
    of(0, euro.subarray(2)),
    of(2, Buffer.from([0xff, 0xfe])),
    of(8, Buffer.concat([Buffer.from([0x03, 0xe8]), euro])),
  ];
  const lost = [of(1, euro.subarray(0, 2), false), of(0, Buffer.from('b')), of(1, Buffer.from('c')), of(1, Buffer.from([0x64, 0xe9]))];
  for (const size of [1, 2, 3, 7, 1000]) {
    expect(wrongIn(side, lawful, size)).toEqual([]);
    expect(wrongIn(side, lost, size)).toEqual([
      { at: 1, bytes: 'e262' },
      { at: 1, bytes: 'e9' },
    ]);
    expect(wrongIn(side, [of(8, Buffer.from([0x03, 0xe8, 0x6f, 0xff]))], size)).toEqual([{ at: 1, bytes: 'ff' }]);
  }
});

test('the proxy quotes the bytes of each text that is no UTF-8, long or compressed, and passes it', async () => {
  await using bed = await proxyBed();
  const link = await bed.link({ framing: 'websocket', capture: true });
  const { client, server } = await link.open();
  client.send(UPGRADE_REQUEST);
  await server.received(UPGRADE_REQUEST.length);
  const reply = UPGRADE_REPLY.toString().replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
  const wrong = Buffer.from([0xe9, 0x22]);
  const long = Buffer.concat([Buffer.alloc(100_000, 'x'), wrong]);
  const packed = deflateRawSync(long.subarray(-102), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const sent = [
    Buffer.from(reply),
    encodeFrame({ opcode: 1, payload: long }),
    encodeFrame({ opcode: 1, rsv1: true, payload: packed }),
    encodeFrame({ opcode: 1, payload: Buffer.from('good') }),
  ];
  server.send(Buffer.concat(sent));
  await client.received(Buffer.concat(sent).length);
  const errors = await bed.seen('frame-error', 2);
  expect(errors.map(({ index, reason, wrong }) => ({ index, reason, wrong }))).toEqual([
    { index: 2, reason: 'a text message is no UTF-8', wrong: { bytes: 'e9 22', at: 100_000 } },
    { index: 3, reason: 'a text message is no UTF-8', wrong: { bytes: 'e9 22', at: 100 } },
  ]);
});
