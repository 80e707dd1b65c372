// The few facts of an HTTP/1.1 head that decide where the next frame begins (RFC 9112, sections 3, 4, 6).

import type { FramePairState, RequestKind } from './pair.ts';

/** 'until-close' is possible in a response only. */
export type BodyLength = number | 'chunked' | 'until-close';

export interface RequestHead {
  kind: RequestKind;
  body: BodyLength;
}

export interface ResponseHead {
  status: number;
  body: BodyLength;
  toWebSocket: boolean;
  deflate: FramePairState['deflate'];
}

export interface BrokenHead {
  failure: string;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) \S+ HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-9]\d\d)(?: .*)?$/;

export function readRequestHead(bytes: Buffer): RequestHead | BrokenHead {
  const lines = headLines(bytes);
  const match = REQUEST_LINE.exec(lines[0]!);
  if (match === null) return { failure: 'request line cannot be read' };
  const fields = readFields(lines);
  if (typeof fields === 'string') return { failure: fields };
  const body = bodyLength(fields, 0);
  if (typeof body === 'object') return body;
  if (body === 'until-close') return { failure: 'request body without a length' };
  return { kind: requestKind(match[1]!, fields), body };
}

export function readResponseHead(bytes: Buffer): ResponseHead | BrokenHead {
  const lines = headLines(bytes);
  const match = STATUS_LINE.exec(lines[0]!);
  if (match === null) return { failure: 'status line cannot be read' };
  const fields = readFields(lines);
  if (typeof fields === 'string') return { failure: fields };
  const body = bodyLength(fields, 'until-close');
  if (typeof body === 'object') return body;
  const upgrade = fields.get('upgrade')?.toLowerCase();
  return {
    status: Number(match[1]),
    body,
    toWebSocket: upgrade === undefined || upgrade.includes('websocket'),
    deflate: agreedDeflate(fields.get('sec-websocket-extensions')),
  };
}

function headLines(bytes: Buffer): string[] {
  const lines = bytes.toString('latin1').split('\n');
  const stripped = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const first = stripped.findIndex((line) => line !== '');
  return first < 0 ? [''] : stripped.slice(first);
}

function readFields(lines: readonly string[]): Map<string, string> | string {
  const fields = new Map<string, string>();
  for (const line of lines.slice(1)) {
    // A line that starts with a blank continues the one before (obsolete folding); no field we need does.
    if (line === '' || line.startsWith(' ') || line.startsWith('\t')) continue;
    const colon = line.indexOf(':');
    if (colon <= 0) return 'header line without a name';
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

function requestKind(method: string, fields: Map<string, string>): RequestKind {
  if (method === 'HEAD') return 'head';
  if (method === 'CONNECT') return 'connect';
  return fields.has('upgrade') ? 'upgrade' : 'plain';
}

/** Transfer-Encoding goes before Content-Length; repeated equal lengths are one length. */
function bodyLength(fields: Map<string, string>, otherwise: BodyLength): BodyLength | BrokenHead {
  const encoding = fields.get('transfer-encoding');
  if (encoding !== undefined) return /(^|,)\s*chunked$/i.test(encoding) ? 'chunked' : 'until-close';
  const declared = fields.get('content-length');
  if (declared === undefined) return otherwise;
  const lengths = new Set(declared.split(',').map((part) => part.trim()));
  const length = [...lengths][0]!;
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) return { failure: 'Content-Length cannot be read' };
  return Number(length);
}

function agreedDeflate(extensions: string | undefined): FramePairState['deflate'] {
  if (extensions === undefined || !/(^|,)\s*permessage-deflate\b/.test(extensions)) return undefined;
  return {
    clientNoContextTakeover: extensions.includes('client_no_context_takeover'),
    serverNoContextTakeover: extensions.includes('server_no_context_takeover'),
  };
}
