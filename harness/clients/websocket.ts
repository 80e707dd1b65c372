// A client of WebSockets (RFC 6455). Frames are not compressed, so that a history shows what they say and a fault finds its byte.
import type { OutgoingHttpHeaders } from 'node:http';
import { WebSocket } from 'ws';
import type { Script } from '../model/scenario.ts';
import { type Inbox, inboxOf, type Wanted } from './inbox.ts';
import { cutShort, lost } from './lost.ts';
import { type Asking, type Bound, boundTo, type Target } from './target.ts';

export interface WebSocketOptions extends Asking {
  /** With its query: `/`. */
  path?: string;
  protocols?: readonly string[];
  headers?: OutgoingHttpHeaders;
  /** False: pings of the server stay without a pong, as by a client that has gone without a word. */
  answersPings?: boolean;
  /** Called with each message as it comes, to fold it into a state. */
  each?: (message: WebSocketMessage) => void;
}

export interface WebSocketMessage {
  readonly binary: boolean;
  readonly data: Buffer;
  readonly text: string;
  /** @throws SyntaxError when it is no JSON. */
  json(): unknown;
}

export interface WebSocketClient {
  /** Everything so far, oldest first. */
  readonly messages: readonly WebSocketMessage[];
  /** 1006 when the connection ended without a close frame (RFC 6455, 7.1.5); undefined while it is open. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  /** A string is a text message, a Buffer a binary one, and an object is sent as JSON. @throws Error when the connection has ended. */
  send(message: string | Buffer | object): void;
  next(what: string, wanted?: Wanted<WebSocketMessage>): Promise<WebSocketMessage>;
  /**
   * Sends a message, and resolves with the first one after it that matches. Recorded under `name`.
   * @throws IndeterminateError when no answer came within the bound, or the connection was cut before it.
   */
  request(
    name: string,
    message: string | Buffer | object,
    isAnswer: (message: WebSocketMessage) => boolean,
    asking?: Asking,
  ): Promise<WebSocketMessage>;
  /**
   * A ping with this data, or some of its own; resolves with its pong. @throws Error when the pong carries other data (RFC 6455,
   * 5.5.3), IndeterminateError without a pong.
   */
  ping(data?: string, asking?: Asking): Promise<void>;
  /** Until then nothing is read, as by a client that is busy. Pings stay unanswered too. */
  stopReading(): void;
  readOn(): void;
  /** Begins the closing handshake: 1000. */
  close(code?: number, reason?: string): void;
  /** The connection ends at once, without a close frame. */
  terminate(): void;
}

/**
 * Resolves when the connection is open. Recorded as `open /path`, without the query.
 * @throws Error with the status when the handshake was refused; IndeterminateError when the connection ended in it.
 */
export async function openWebSocket(script: Script, target: Target, options: WebSocketOptions = {}): Promise<WebSocketClient> {
  const bound = boundTo(script, target);
  const inbox = inboxOf<WebSocketMessage>(bound, ({ text }) => text);
  let closed: WebSocketClient['closed'];
  const ws = await webSocketOn(bound, options, {
    message(message) {
      inbox.take(message);
      options.each?.(message);
    },
    closed(code, reason) {
      closed = { code, reason };
      inbox.end(`the connection closed with ${code}`);
    },
  });
  return clientOver(ws, bound, inbox, () => closed);
}

interface Listening {
  message(message: WebSocketMessage): void;
  closed(code: number, reason: string): void;
}

/** An open WebSocket that ends with the case. Whoever listens misses nothing that comes together with the handshake's answer. */
export async function webSocketOn(bound: Bound, options: WebSocketOptions, { message, closed }: Listening): Promise<WebSocket> {
  const { path = '/' } = options;
  const { host, port } = tcpAddress(bound);
  const ws = new WebSocket(`ws://${host}:${port}${path}`, [...(options.protocols ?? [])], {
    perMessageDeflate: false,
    autoPong: options.answersPings ?? true,
    headers: Object.fromEntries(Object.entries(options.headers ?? {}).map(([name, value]) => [name, String(value)])),
  });
  bound.script.defer(() => ws.terminate());
  ws.on('message', (data, binary) => message(messageOf(data as Buffer, binary)));
  ws.once('close', (code, reason) => closed(code, reason.toString('utf8')));
  await bound.ask(`open ${path.split('?')[0]}`, (signal) => opened(ws, bound.name, signal), options);
  return ws;
}

function tcpAddress(bound: Bound): { host: string; port: number } {
  const address = bound.address();
  if (address.transport !== 'tcp') throw new Error(`${bound.name}: a WebSocket is opened over TCP, not over ${address.transport}`);
  return { ...address, host: address.host.includes(':') ? `[${address.host}]` : address.host };
}

function opened(ws: WebSocket, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => ws.terminate();
    signal.addEventListener('abort', stop, { once: true });
    ws.once('open', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    ws.once('unexpected-response', (_request, response) => {
      reject(new Error(`${name}: the WebSocket was refused with ${response.statusCode}`));
      ws.terminate();
    });
    // It stays: an open connection may break at any moment, and its close event tells.
    ws.on('error', (error) => reject(lost(error, `open ${name}`)));
    ws.once('close', () => reject(cutShort(`open ${name}`, 'the connection ended in the handshake')));
  });
}

export function sendOn(ws: WebSocket, name: string, message: string | Buffer | object): void {
  if (ws.readyState !== WebSocket.OPEN) throw new Error(`${name}: nothing was sent, the connection is closed`);
  ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
}

function clientOver(ws: WebSocket, bound: Bound, inbox: Inbox<WebSocketMessage>, closed: () => WebSocketClient['closed']): WebSocketClient {
  let pings = 0;
  return {
    messages: inbox.all,
    get closed() {
      return closed();
    },
    send: (message) => sendOn(ws, bound.name, message),
    next: inbox.next,
    request(name, message, isAnswer, asking) {
      const before = inbox.all.length;
      const act = async (): Promise<WebSocketMessage> => {
        sendOn(ws, bound.name, message);
        return await inbox.answer(name, before, isAnswer);
      };
      return bound.ask(name, act, asking);
    },
    ping: (data = `ping ${++pings}`, asking) => bound.ask('ping', () => pongFor(ws, bound.name, data), asking),
    stopReading: () => ws.pause(),
    readOn: () => ws.resume(),
    close: (code = 1000, reason) => ws.close(code, reason),
    terminate: () => ws.terminate(),
  };
}

function pongFor(ws: WebSocket, name: string, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (ws.readyState !== WebSocket.OPEN) throw new Error(`${name}: no ping was sent, the connection is closed`);
    const answered = (pong: Buffer): void => {
      ws.off('close', closed);
      if (pong.toString('utf8') === data) resolve();
      else reject(new Error(`${name}: the ping '${data}' was answered by a pong with '${pong.toString('utf8')}'`));
    };
    const closed = (code: number): void => reject(cutShort(`ping of ${name}`, `the connection closed with ${code} before its pong`));
    ws.once('pong', answered);
    ws.once('close', closed);
    ws.ping(data);
  });
}

function messageOf(data: Buffer, binary: boolean): WebSocketMessage {
  const message = {
    binary,
    data,
    get text() {
      return data.toString('utf8');
    },
    json: () => JSON.parse(data.toString('utf8')) as unknown,
    // What the history keeps of it.
    toJSON: () => (binary ? `${data.length} bytes` : data.toString('utf8')),
  };
  return message;
}
