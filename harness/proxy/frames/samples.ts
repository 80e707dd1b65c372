// Streams to test with: an encoder for WebSocket frames and ways to cut a stream into chunks.

import type { FrameReader, Span } from './frame.ts';

export const UPGRADE_REQUEST = Buffer.from(
  'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
);
export const UPGRADE_REPLY = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
);

export function encodeFrame(frame: { opcode: number; payload: Buffer; fin?: boolean; rsv1?: boolean; masked?: boolean }): Buffer {
  const { opcode, payload, fin = true, rsv1 = false, masked = false } = frame;
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const key = masked ? Buffer.from([0x11, 0x22, 0x33, 0x44]) : Buffer.alloc(0);
  const body = masked ? Buffer.from(payload.map((byte, at) => byte ^ key[at & 3]!)) : payload;
  return Buffer.concat([Buffer.from([first]), encodeLength(payload.length, masked), key, body]);
}

function encodeLength(length: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([mask | length]);
  if (length < 65_536) return Buffer.from([mask | 126, length >> 8, length & 0xff]);
  const extended = Buffer.alloc(9);
  extended[0] = mask | 127;
  extended.writeBigUInt64BE(BigInt(length), 1);
  return extended;
}

/** Cuts at the given offsets; those beyond the end do nothing. */
export function cutAt(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const offsets = [...new Set([0, ...cuts.filter((cut) => cut < stream.length), stream.length])].sort((a, b) => a - b);
  return offsets.slice(1).map((end, at) => stream.subarray(offsets[at]!, end));
}

export function chunked(stream: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, at) => stream.subarray(at * size, (at + 1) * size));
}

export function pushAll(reader: FrameReader, chunks: readonly Buffer[]): Span[] {
  return chunks.flatMap((chunk) => reader.push(chunk));
}
