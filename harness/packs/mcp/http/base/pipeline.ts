// Many requests on one connection, whose answers are read when the check wants it: RFC 9112, 9.3.2. An answer is what its own head says, so
// that a stream of chunks is put together again.
import { connect, type Socket } from 'node:net';
import type { Script } from '../../../../model/scenario.ts';
import { HOST } from '../../../base/tcp-target.ts';
import type { Endpoint } from './endpoint.ts';
import { ACCEPTS, type HttpSession } from './session.ts';

export interface Pipeline {
  readonly socket: Socket;
  /** So many requests have gone out. */
  readonly sent: number;
  /** Those that have come, whole ones. */
  readonly answers: readonly { status: number; body: string }[];
  /** The connection has ended. */
  readonly isOver: boolean;
}

/** Sends them as they are taken, and reads nothing until `socket.resume()`. */
export function pipeline(script: Script, endpoint: Endpoint, session: HttpSession, messages: readonly string[]): Pipeline {
  const address = script.dial(session.link);
  if (address.transport !== 'tcp') throw new Error(`${session.link} is no TCP link`);
  const socket = connect(address.port, address.host).pause();
  script.defer(() => void socket.destroy());
  const answers: { status: number; body: string }[] = [];
  const state = { rest: Buffer.alloc(0), isOver: false, sent: 0 };
  socket.on('error', () => (state.isOver = true)).on('close', () => (state.isOver = true));
  socket.on('data', (bytes: Buffer) => {
    state.rest = Buffer.concat([state.rest, bytes]);
    for (let answer = firstAnswer(state.rest); answer !== undefined; answer = firstAnswer(state.rest)) {
      answers.push(answer);
      state.rest = state.rest.subarray(answer.bytes);
    }
  });
  const fields = { host: `${HOST}:${endpoint.port}`, ...endpoint.headers, ...ACCEPTS, ...session.headers };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  // One after another, so that it is seen when nobody takes them any more.
  const send = (): void => {
    const message = messages[state.sent];
    if (message === undefined) return;
    const request = `POST ${endpoint.path} HTTP/1.1\r\n${head.join('')}content-length: ${Buffer.byteLength(message)}\r\n\r\n${message}`;
    socket.write(request, (error) => {
      if (error) return;
      state.sent++;
      send();
    });
  };
  send();
  return {
    socket,
    answers,
    get sent() {
      return state.sent;
    },
    get isOver() {
      return state.isOver;
    },
  };
}

/** Undefined as long as it is not whole, which one that ends with its connection never is here. */
export function firstAnswer(bytes: Buffer): { status: number; body: string; bytes: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const status = Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1]);
  if (/^transfer-encoding:[^\n]*chunked/im.test(head)) {
    const chunks = chunksFrom(bytes, end + 4);
    return chunks && { status, ...chunks };
  }
  const length = /^content-length:\s*(\d+)/im.exec(head)?.[1];
  const until = end + 4 + Number(length);
  return length === undefined || bytes.length < until
    ? undefined
    : { status, body: bytes.subarray(end + 4, until).toString(), bytes: until };
}

function chunksFrom(bytes: Buffer, from: number): { body: string; bytes: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ;) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    const until = line + 2 + size;
    // The last chunk is empty, and so are its trailers here.
    if (bytes.length < until + 2) return undefined;
    if (size === 0) return { body: Buffer.concat(parts).toString(), bytes: until + 2 };
    parts.push(bytes.subarray(line + 2, until));
    at = until + 2;
  }
}
