// Answers as bytes: what a server that answers so would have written.

import { randomBytes } from 'node:crypto';
import { unmasked } from '../../frames/decode.ts';
import type { GivenAnswer, RpcError, ServerSentEvent } from './answer.ts';

// An import of node:http as an ES module loads undici too.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

const FIN = 0x80;
const TEXT = 0x1;
const CLOSE = 0x8;

export interface HttpSettings {
  /** To HEAD the head alone is answered (RFC 9110, section 9.3.2). */
  head: boolean;
  /** The connection ends behind the answer. */
  ends: boolean;
  /** Of the request's body, where it is JSON-RPC. */
  id: unknown;
}

/** Undefined where this is no answer to an HTTP request. */
export function httpAnswer(answer: GivenAnswer, { head, ends, id }: HttpSettings): Buffer | undefined {
  const closing = ends ? { connection: 'close' } : {};
  if ('status' in answer) return response(answer.status, { ...answer.headers, ...closing }, answer.body, head);
  if ('error' in answer) return response(200, { 'content-type': 'application/json', ...closing }, rpcError(answer.error, id ?? null), head);
  if (!('events' in answer)) return undefined;
  const stream = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'transfer-encoding': 'chunked', ...closing };
  return response(200, stream, `${chunk(eventText(answer.events))}${LAST_CHUNK}`, head);
}

function response(status: number, headers: Readonly<Record<string, string>>, body: string, head: boolean): Buffer {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const bare = status === 204 || status === 304;
  const length =
    bare || names.includes('transfer-encoding') || names.includes('content-length') ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  const fields = [...Object.entries(headers).map(([name, value]) => `${name}: ${value}`), ...length];
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`, ...fields, '', ''];
  return Buffer.from(lines.join('\r\n') + (head || bare ? '' : body));
}

export const LAST_CHUNK = '0\r\n\r\n';

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

/** A line break in the data begins another `data` field (HTML standard, section 9.2.6). */
export function eventText(events: readonly ServerSentEvent[]): string {
  return events
    .map(({ event, id, data }) =>
      [field('event', event), field('id', id), ...data.split(/\r\n|[\r\n]/).map((line) => `data: ${line}\n`), '\n'].join(''),
    )
    .join('');
}

function field(name: string, value: string | undefined): string {
  return value === undefined ? '' : `${name}: ${value}\n`;
}

export function rpcError(error: RpcError, id: unknown): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}

/** @param masked the answer goes to a server (RFC 6455, section 5.3). */
export function textFrame(text: string, masked: boolean): Buffer {
  return frame(TEXT, Buffer.from(text), masked);
}

export function closeFrame(code: number, reason: string, masked: boolean): Buffer {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frame(CLOSE, payload, masked);
}

function frame(opcode: number, payload: Buffer, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  const key = masked ? randomBytes(4) : Buffer.alloc(0);
  const content = masked ? unmasked(payload, key) : payload;
  return Buffer.concat([Buffer.from([FIN | opcode]), lengthBytes(payload.length, mask), key, content]);
}

function lengthBytes(length: number, mask: number): Buffer {
  if (length < 126) return Buffer.from([mask | length]);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = mask | (length < 65_536 ? 126 : 127);
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
