// A client of HTTP/1.1 over TCP or a Unix socket. Each request has a connection of its own unless it is told to keep one, and
// no request is ever repeated behind the script's back, as fetch and browsers do.
import type { OutgoingHttpHeaders } from 'node:http';
import type { Script } from '../model/scenario.ts';
import { cutShort, lost } from './lost.ts';
import { openResponse } from './http-response.ts';
import { type Asking, type Bound, boundTo, type Target } from './target.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { Agent } = process.getBuiltinModule('node:http');

export interface HttpOptions {
  /** Sent with every request. */
  headers?: OutgoingHttpHeaders;
  /** One connection for all requests, one after the other. By default each request has its own, which is closed after it. */
  keepAlive?: boolean;
}

export interface HttpRequest extends Asking {
  headers?: OutgoingHttpHeaders;
  /** An object is sent as JSON, with its content type. */
  body?: string | Buffer | object;
}

/** A whole answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly text: string;
  /** @throws SyntaxError when the body is no JSON. */
  json(): unknown;
}

export interface HttpClient {
  /**
   * Resolves with the answer, also with one of 4xx and 5xx. Recorded as `GET /path`, without the query.
   * @throws IndeterminateError when no answer came within the bound, or it was cut; another error when nobody was reached.
   */
  request(method: string, path: string, request?: HttpRequest): Promise<HttpAnswer>;
  get(path: string, request?: Omit<HttpRequest, 'body'>): Promise<HttpAnswer>;
  post(path: string, body?: HttpRequest['body'], request?: HttpRequest): Promise<HttpAnswer>;
  put(path: string, body?: HttpRequest['body'], request?: HttpRequest): Promise<HttpAnswer>;
  delete(path: string, request?: HttpRequest): Promise<HttpAnswer>;
  /** The JSON of a GET. @throws Error with the status and the beginning of the body when the answer is not of 2xx. */
  getJson(path: string, request?: Omit<HttpRequest, 'body'>): Promise<unknown>;
}

const QUOTED_CHARACTERS_MAX = 300;
/** So much of a body is kept in the history. */
const RECORDED_BYTES_MAX = 2_000;

export function httpClient(script: Script, target: Target, options: HttpOptions = {}): HttpClient {
  const bound = boundTo(script, target);
  const agent = options.keepAlive === true ? new Agent({ keepAlive: true, maxSockets: 1 }) : undefined;
  if (agent) script.defer(() => agent.destroy());

  const request: HttpClient['request'] = (method, path, { headers, body, ...asking } = {}) => {
    const what = `${method} ${withoutQuery(path)}`;
    const all = { ...options.headers, ...headers };
    return bound.ask(
      what,
      (signal) => exchange(bound, { what, method, path, headers: all, agent, signal, body: bytesOf(body, all) }),
      asking,
    );
  };
  return {
    request,
    get: (path, more) => request('GET', path, more),
    post: (path, body, more) => request('POST', path, { ...more, ...(body !== undefined && { body }) }),
    put: (path, body, more) => request('PUT', path, { ...more, ...(body !== undefined && { body }) }),
    delete: (path, more) => request('DELETE', path, more),
    async getJson(path, more) {
      const answer = await request('GET', path, more);
      if (answer.status < 200 || answer.status > 299)
        throw new Error(`GET ${withoutQuery(path)} answered ${answer.status}: ${answer.text.slice(0, QUOTED_CHARACTERS_MAX)}`);
      return answer.json();
    },
  };
}

/** A query may hold a token. */
function withoutQuery(path: string): string {
  return path.split('?')[0] ?? path;
}

/** An object becomes JSON, and the headers say so. */
function bytesOf(body: HttpRequest['body'], headers: OutgoingHttpHeaders): Buffer | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return Buffer.from(body);
  if (!Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')) headers['content-type'] = 'application/json';
  return Buffer.from(JSON.stringify(body));
}

type Exchange = Parameters<typeof openResponse>[1];

async function exchange(bound: Bound, asked: Exchange): Promise<HttpAnswer> {
  const response = await openResponse(bound, asked);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw lost(error as Error, `${asked.what}, ${bytes} bytes into the body of a ${response.statusCode}`);
  }
  if (!response.complete) throw cutShort(asked.what, `the answer was cut ${bytes} bytes into the body of a ${response.statusCode}`);
  return answerOf(response.statusCode ?? 0, response.headers, Buffer.concat(chunks));
}

function answerOf(status: number, headers: HttpAnswer['headers'], body: Buffer): HttpAnswer {
  const answer = {
    status,
    headers,
    body,
    get text() {
      return body.toString('utf8');
    },
    json: () => JSON.parse(body.toString('utf8')) as unknown,
    // What the history keeps of it.
    toJSON: () => ({ status, bytes: body.length, body: body.toString('utf8', 0, RECORDED_BYTES_MAX) }),
  };
  return answer;
}
