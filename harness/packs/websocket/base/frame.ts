// Frames of RFC 6455, 5.2, also those that no library would write.
//
//   FIN RSV RSV RSV opcode(4)   MASK length(7)   [length 16 or 64]   [mask 32]   payload
import { randomBytes } from 'node:crypto';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  fin: boolean;
  opcode: number;
  payload: Buffer;
}

export interface Writing {
  payload?: Buffer | string;
  /** True by default, as RSV1 is false and the mask is there. */
  fin?: boolean;
  rsv1?: boolean;
  masked?: boolean;
}

export function frameBytes(opcode: number, { payload = '', fin = true, rsv1 = false, masked = true }: Writing = {}): Buffer {
  const data = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv1 ? 0x40 : 0) | opcode;
  const head = Buffer.concat([Buffer.from([first]), lengthBytes(data.length, masked)]);
  if (!masked) return Buffer.concat([head, data]);
  const mask = randomBytes(4);
  for (let index = 0; index < data.length; index++) data[index] = (data[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return Buffer.concat([head, mask, data]);
}

function lengthBytes(length: number, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([bit | length]);
  const isShort = length < 65_536;
  const bytes = Buffer.alloc(isShort ? 3 : 9);
  bytes[0] = bit | (isShort ? 126 : 127);
  if (isShort) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** The first frame of what a server has sent, and how many bytes it takes; undefined while it is not whole. */
export function frameIn(bytes: Buffer): (Frame & { length: number }) | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const at = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < at) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < at + size) return undefined;
  return { fin: first >= 0x80, opcode: first & 0x0f, payload: bytes.subarray(at, at + size), length: at + size };
}

/** The code of a close frame, 1005 where it has none (RFC 6455, 7.1.5). */
export function closeCode({ payload }: Frame): number {
  return payload.length < 2 ? 1_005 : payload.readUInt16BE(0);
}
