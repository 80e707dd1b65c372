// One HTTP request and whatever comes back, as it comes: a status, JSON, a stream of events that may stay open, or the end of the
// connection. Nothing is thrown here and nothing is awaited, so that a check sees all of it.
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Script } from '../../../../model/scenario.ts';
import { HOST } from '../../../base/tcp-target.ts';
import { type Endpoint, LINK } from './endpoint.ts';

/** So much of an answer is kept, in characters. */
const KEPT_MAX = 16_000_000;

export interface Reply {
  id: string | number;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** One event of a stream, as it came to its end. */
export interface StreamEvent {
  /** Undefined where it bears none. */
  id: string | undefined;
  data: string;
}

export interface Asking {
  method?: string;
  body?: string | Buffer;
  /** Names in lower case. */
  headers?: Readonly<Record<string, string>>;
  link?: string;
  /** Keeps connections. Without it each request has its own, which is closed after it. */
  agent?: Agent;
}

export interface Exchange {
  readonly request: ClientRequest;
  /** Once the head of the answer has come. */
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  /** What of the body has come. */
  readonly text: string;
  /** The answer has come to its end. */
  readonly isWhole: boolean;
  /** How the connection ended without a whole answer. */
  readonly ended: string | undefined;
  /** The JSON-RPC responses in it, whether the body is JSON or a stream of events. */
  readonly replies: readonly Reply[];
  /** The whole events of a stream, in their order. None where the body is no stream. */
  readonly events: readonly StreamEvent[];
  /** Reads no more of the answer. */
  pause(): void;
  /** Ends the connection, as a client that goes does it. */
  leave(how: 'fin' | 'rst'): void;
}

/** Sends it. The request is no string of ours: a body of any bytes, and headers of any kind, are sent as they are. */
export function ask(script: Script, endpoint: Endpoint, { method = 'POST', body, headers, link = LINK, agent }: Asking): Exchange {
  const address = script.dial(link);
  if (address.transport !== 'tcp') throw new Error(`${link} is no TCP link`);
  // Not by import: an ES module that imports node:http loads the parts of undici that it hands on.
  const { request: send } = process.getBuiltinModule('node:http');
  const request = send({
    host: address.host,
    port: address.port,
    method,
    path: endpoint.path,
    agent: agent ?? false,
    setHost: false,
    headers: {
      host: `${HOST}:${endpoint.port}`,
      ...(agent === undefined && { connection: 'close' }),
      ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      ...endpoint.headers,
      ...headers,
    },
  });
  script.defer(() => void request.destroy());
  const exchange = hear(request);
  request.end(body);
  return exchange;
}

function hear(request: ClientRequest): Exchange {
  const state = { response: undefined as IncomingMessage | undefined, text: '', isWhole: false, ended: undefined as string | undefined };
  const fail = (error: NodeJS.ErrnoException): void => void (state.ended ??= error.code ?? error.message);
  request.on('error', fail);
  request.on('response', (response) => {
    state.response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => (state.text = (state.text + text).slice(-KEPT_MAX)));
    response.on('end', () => (state.isWhole = response.complete));
    response.on('error', fail);
    response.on('close', () => state.isWhole || (state.ended ??= 'in the middle of its answer'));
  });
  request.on('close', () => state.response ?? (state.ended ??= 'without an answer'));
  return {
    request,
    get status() {
      return state.response?.statusCode;
    },
    get headers() {
      return state.response?.headers ?? {};
    },
    get text() {
      return state.text;
    },
    get isWhole() {
      return state.isWhole;
    },
    get ended() {
      return state.ended;
    },
    get replies() {
      return repliesIn(state.text, isStream(state.response?.headers ?? {}));
    },
    get events() {
      return isStream(state.response?.headers ?? {}) ? eventsIn(state.text) : [];
    },
    pause: () => void state.response?.pause(),
    leave: (how) => void (how === 'rst' ? request.socket?.resetAndDestroy() : request.destroy()),
  };
}

export const isStream = (headers: IncomingMessage['headers']): boolean => mediaTypeOf(headers) === 'text/event-stream';

export const mediaTypeOf = (headers: IncomingMessage['headers']): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

function repliesIn(text: string, stream: boolean): Reply[] {
  const texts = stream ? eventsIn(text).map(({ data }) => data) : [text];
  return texts.flatMap((each) => {
    const value = jsonOf(each);
    return (Array.isArray(value) ? value : [value]).filter(isReply);
  });
}

const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && 'id' in value && !('method' in value) && ('result' in value || 'error' in value);

/** Whole events, HTML Standard, 9.2.6: a blank line ends an event, and its data lines are joined. */
function eventsIn(text: string): StreamEvent[] {
  const blocks = text.replaceAll(/\r\n?/g, '\n').split('\n\n').slice(0, -1);
  return blocks.map((block) => {
    const lines = block.split('\n');
    return { id: fieldsOf(lines, /^id:? ?(.*)$/).at(-1), data: fieldsOf(lines, /^data:? ?(.*)$/).join('\n') };
  });
}

const fieldsOf = (lines: readonly string[], field: RegExp): string[] => lines.flatMap((line) => field.exec(line)?.[1] ?? []);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
