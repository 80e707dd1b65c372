// 1,000,000 strings through the frame readers: random bytes and damaged streams of every framing, in random chunks, with contents
// captured and judged, as a proxy does it.
import { setImmediate as turn } from 'node:timers/promises';
import { FrameWatch } from '../../proxy/frames/inside/frame-watch.ts';
import { newFramePair } from '../../proxy/frames/pair.ts';
import { encodeFrame, UPGRADE_REPLY, UPGRADE_REQUEST } from '../../proxy/frames/samples.ts';
import { figures, watched } from './figures.ts';
import { diceOf, mutatedBytes, type Dice } from './mutation.ts';

const STRINGS = Number(process.argv[2] ?? 1_000_000);
const SEED = Number(process.argv[3] ?? 1);

const HELLO = encodeFrame({ opcode: 1, payload: Buffer.from('{"hello":"world"}') });
const MASKED = encodeFrame({ opcode: 1, payload: Buffer.from('{"hello":"world"}'), masked: true });
const PING = encodeFrame({ opcode: 9, payload: Buffer.from('p') });
const PART = encodeFrame({ opcode: 1, payload: Buffer.from('part'), fin: false });
const CHUNKED = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n');
const SSE = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\ndata: two\n\n');
const POST = Buffer.from('POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /b HTTP/1.1\r\nHost: x\r\n\r\n');
const DEFLATED = Buffer.from(UPGRADE_REPLY.toString().replace('\r\n\r\n', '\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n'));
const PLAIN = encodeFrame({ opcode: 1, rsv1: true, payload: Buffer.from('aa0600', 'hex') });
const LINES = Buffer.from('{"a":1}\n{"b":"\u00e9"}\n\nnot json\n');

const STREAMS: readonly (readonly ['websocket' | 'http' | 'ndjson', client: Buffer, server: Buffer])[] = [
  ['websocket', Buffer.concat([UPGRADE_REQUEST, MASKED]), Buffer.concat([UPGRADE_REPLY, HELLO, PING, PART, HELLO])],
  ['websocket', UPGRADE_REQUEST, Buffer.concat([DEFLATED, PLAIN, HELLO])],
  ['http', POST, Buffer.concat([CHUNKED, CHUNKED])],
  ['http', POST, SSE],
  ['ndjson', LINES, LINES],
];

const watch = watched();
for (let i = 0; i < STRINGS; i++) {
  const dice = diceOf(SEED, 'string', i);
  await watch.measure(`string ${i}`, () => throughReaders(dice));
  // As in a proxy: what zlib and buffers hold is given back in a turn of the event loop.
  if (i % 64 === 0) await turn();
}
figures('fuzz-frames', `of ${STRINGS} strings, seed ${SEED}`, watch.end());

function throughReaders(dice: Dice): void {
  const [framing, client, server] = dice.one(STREAMS);
  const pair = newFramePair();
  for (const [side, sample] of [
    ['client', client],
    ['server', server],
  ] as const) {
    const stream = dice.below(8) === 0 ? randomBytes(dice) : mutatedBytes(sample, dice);
    const reader = new FrameWatch({ framing, side, pair, capture: true, publish: () => {} });
    reader.contentWanted = dice.below(2) === 0;
    for (let at = 0; at < stream.length;) {
      const chunk = stream.subarray(at, at + 1 + dice.below(64));
      at += chunk.length;
      seen(reader, chunk);
    }
  }
}

/** Pieces come up to a bound at a time, as the relay takes them. */
function seen(reader: FrameWatch, chunk: Buffer): void {
  for (let left = chunk; left.length > 0;) {
    const spans = reader.spans(left);
    for (const span of spans) reader.see(left, span);
    const to = spans.at(-1)?.end ?? left.length;
    left = to === 0 ? Buffer.alloc(0) : left.subarray(to);
  }
}

function randomBytes(dice: Dice): Buffer {
  return Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)));
}
