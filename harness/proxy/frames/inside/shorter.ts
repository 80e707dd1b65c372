// A frame with less in it that is as whole as before: its header says the new length, a line keeps its end.

import { framePayload } from '../decode.ts';
import type { FrameInfo } from '../frame.ts';

export type Shorter =
  | { outcome: 'shorter'; bytes: Buffer }
  /** It is short enough, or no message of its own. */
  | { outcome: 'same' }
  | { outcome: 'impossible'; reason: string };

const SAME: Shorter = { outcome: 'same' };

/** `bytes` is the whole frame. Of its content the first `toBytes` are left, or fewer where a character (UTF-8) would be parted. */
export function shorterFrame(frame: FrameInfo, bytes: Buffer, toBytes: number): Shorter {
  const isText = frame.type === 'text' || frame.type === 'line';
  if ((!isText && frame.type !== 'binary') || frame.fin === false) return SAME;
  const content = framePayload(frame, bytes);
  if (content.length <= toBytes) return SAME;
  if (frame.compressed === true) return { outcome: 'impossible', reason: `frame ${frame.index} is compressed` };
  const kept = content.subarray(0, isText ? wholeCharacters(content, toBytes) : toBytes);
  const lineEnd = frame.type === 'line' ? bytes.subarray(content.length) : undefined;
  return {
    outcome: 'shorter',
    bytes: lineEnd === undefined ? webSocketFrame(bytes[0]!, kept, frame.maskKey) : Buffer.concat([kept, lineEnd]),
  };
}

function wholeCharacters(text: Buffer, bytes: number): number {
  let end = bytes;
  while (end > 0 && (text[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

/** RFC 6455, section 5.2. */
function webSocketFrame(firstByte: number, payload: Buffer, maskKey: Buffer | undefined): Buffer {
  const masked = maskKey === undefined ? payload : Buffer.from(payload.map((byte, at) => byte ^ maskKey[at & 3]!));
  return Buffer.concat([Buffer.from([firstByte]), lengthOf(payload.length, maskKey !== undefined), maskKey ?? Buffer.alloc(0), masked]);
}

function lengthOf(bytes: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  if (bytes < 126) return Buffer.from([mask | bytes]);
  const wide = bytes > 0xffff;
  const header = Buffer.alloc(wide ? 9 : 3);
  header[0] = mask | (wide ? 127 : 126);
  if (wide) header.writeBigUInt64BE(BigInt(bytes), 1);
  else header.writeUInt16BE(bytes, 1);
  return header;
}
