import { expect, test } from 'vitest';
import { MessageDecoder } from '../decode.ts';
import type { FrameInfo, Side } from '../frame.ts';
import { LineGrammar } from '../ndjson.ts';
import { newFramePair } from '../pair.ts';
import { encodeFrame } from '../samples.ts';
import { shorterFrame } from './shorter.ts';
import { StreamReader } from '../stream-reader.ts';
import { WebSocketGrammar } from '../websocket.ts';

/** What its reader makes of a frame: one frame and nothing behind it. */
function read(side: Side | 'line', bytes: Buffer): { frame: FrameInfo; content: string } {
  const pair = newFramePair();
  pair.deflate = { clientNoContextTakeover: true, serverNoContextTakeover: true };
  const reader = new StreamReader(side === 'line' ? new LineGrammar() : new WebSocketGrammar(side, pair));
  const spans = reader.push(bytes);
  expect(spans.map(({ last }) => last)).toEqual([true]);
  const { frame } = spans[0]!;
  const decoded = new MessageDecoder(side === 'line' ? 'server' : side, pair).decode(frame, bytes);
  return { frame, content: decoded.outcome === 'message' ? decoded.payload.toString() : decoded.outcome };
}

function shortened(side: Side | 'line', bytes: Buffer, toBytes: number): string {
  const shorter = shorterFrame(read(side, bytes).frame, bytes, toBytes);
  return shorter.outcome === 'shorter' ? read(side, shorter.bytes).content : shorter.outcome;
}

const text = (content: string, more: object = {}) => encodeFrame({ opcode: 1, payload: Buffer.from(content), ...more });

test.each([0, 1, 125, 126, 127, 65_535, 65_536])('a message of 70,000 bytes is a whole message of %i', (toBytes) => {
  const content = 'x'.repeat(70_000);
  expect(shortened('server', text(content), toBytes)).toBe(content.slice(0, toBytes));
  expect(shortened('client', text(content, { masked: true }), toBytes)).toBe(content.slice(0, toBytes));
});

test('a character is never parted in text, and bytes are', () => {
  expect(shortened('server', text('aé€'), 2)).toBe('a');
  expect(shortened('line', Buffer.from('aé€\r\n'), 5)).toBe('aé');
  const binary = encodeFrame({ opcode: 2, payload: Buffer.from('é') });
  expect(shorterFrame(read('server', binary).frame, binary, 1)).toEqual({ outcome: 'shorter', bytes: Buffer.from([0x82, 1, 0xc3]) });
});

test('a line keeps its end', () => {
  const line = Buffer.from('{"a":1}\r\n');
  expect(shorterFrame(read('line', line).frame, line, 3)).toEqual({ outcome: 'shorter', bytes: Buffer.from('{"a\r\n') });
});

test.each([
  ['what is short enough', text('abc')],
  ['a ping', encodeFrame({ opcode: 9, payload: Buffer.from('ping!') })],
  ['a fragment', text('abcdef', { fin: false })],
])('%s stays as it is', (_what, bytes) => {
  expect(shortened('server', bytes, 3)).toBe('same');
});

test('a compressed message cannot be shortened', () => {
  expect(shortened('server', text('abcdef', { rsv1: true }), 3)).toBe('impossible');
});
