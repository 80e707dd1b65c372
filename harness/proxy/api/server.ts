// The control server: HTTP in front of a collection of proxies. It never waits for data, answers everything malformed with
// a 4xx, and outlives clients that die in the middle of a request.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { ApiError, badBody } from './api-error.ts';
import { capabilities, VERSION_TEXT } from './capabilities.ts';
import { asApiError, Collection } from './collection.ts';
import { EVENT_BOUNDS, EventLog } from './events.ts';
import type { EventBounds } from './events.ts';
import type { Connections, ListedConnection } from '../wire/wire-types.ts';
import { streamEvents } from './event-stream.ts';
import { parseGoJson } from './go-json.ts';
import { HangUps } from '../relay/hang-ups.ts';
import { newReadBudget } from '../relay/intake.ts';
import { closeServer } from '../relay/listener.ts';
import { findRoute } from './routes.ts';
import { whyRefused } from './guard.ts';
import { messageOf } from '../stream/message-of.ts';

// Not by import: an ES module that imports node:http loads the parts of undici that it hands on, 30 ms of processor time at each start.
const { createServer } = process.getBuiltinModule('node:http');

export interface ControlServer {
  readonly http: Server;
  readonly collection: Collection;
  /** Stops every proxy and ends every request. */
  stop(): void;
}

export interface ControlSettings {
  seed: string;
  eventBounds?: EventBounds;
  /** The API may be asked from other machines, by their names for this one. */
  allowRemote?: boolean;
}

const BODY_BYTES_MAX = 1024 * 1024;
const RETIRED_MAX = 1000;
/** As Toxiproxy's. */
const IDLE_MS = 60_000;
const REQUEST_MS = 15_000;

interface World {
  collection: Collection;
  log: EventLog;
  retired: ListedConnection[];
  allowRemote: boolean;
}

export function controlServer(settings: ControlSettings): ControlServer {
  const log = new EventLog(settings.eventBounds ?? EVENT_BOUNDS);
  const retired: ListedConnection[] = [];
  let connections = 0;
  const collection = new Collection({
    seed: settings.seed,
    budget: newReadBudget(),
    hangUps: new HangUps(),
    publish: (proxy, body, link) => log.append(proxy, body, link),
    nextConnectionId: () => (connections += 1),
    retire(summary) {
      retired.push(summary);
      if (retired.length > RETIRED_MAX) retired.shift();
    },
  });
  const world = { collection, log, retired, allowRemote: settings.allowRemote === true };
  const http = createServer({ keepAliveTimeout: IDLE_MS, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, (request, response) => {
    // A client that goes away in the middle ends its own request and nothing else.
    request.on('error', () => {});
    response.on('error', () => {});
    void answer(world, request, response);
  });
  return {
    http,
    collection,
    stop() {
      collection.stopAll();
      closeServer(http);
      http.closeAllConnections();
    },
  };
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await dispatch(world, request, response);
  } catch (error) {
    const known = tryAsApiError(error);
    if (!response.headersSent) sendText(response, known.status, JSON.stringify({ error: known.message, status: known.status }));
    else response.destroy();
  }
}

async function dispatch(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refused = whyRefused(request, world.allowRemote);
  if (refused !== undefined) throw new ApiError(refused, 403);
  const method = request.method ?? 'GET';
  const clean = cleanUrl(request.url ?? '/');
  if (clean !== undefined) {
    response.writeHead(301, { location: clean, 'content-length': 0, ...requestId() }).end();
    return;
  }
  const parts = partsOf(request.url ?? '/');
  if (parts === undefined) {
    sendText(response, 400, JSON.stringify({ error: 'malformed path', status: 400 }));
    return;
  }
  const own = OWN_PATHS[parts.length === 1 ? parts[0]! : ''];
  const found = own === undefined ? findRoute(method, parts) : method === 'GET' ? own : 'no-such-method';
  if (found === 'no-such-path') {
    sendText(response, 404, '404 page not found');
  } else if (found === 'no-such-method') {
    response.writeHead(405, { 'content-length': 0 }).end();
  } else if (request.headers['user-agent']?.startsWith('Mozilla/') === true) {
    sendText(response, 403, 'User agent not allowed');
  } else if (typeof found === 'function') {
    found(world, request, response);
  } else {
    const text = await readBody(request);
    const reply = await found.handler({ collection: world.collection, names: found.names, body: () => parsedBody(text) });
    sendJson(response, reply.status, reply.body);
  }
}

type OwnPath = (world: World, request: IncomingMessage, response: ServerResponse) => void;

const OWN_PATHS: Readonly<Record<string, OwnPath>> = Object.assign(Object.create(null) as Record<string, OwnPath>, {
  version(_world, _request, response) {
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8', ...requestId() });
    response.end(`{"version": "${VERSION_TEXT}"}\n`);
  },
  capabilities: (_world, _request, response) => sendJson(response, 200, capabilities()),
  connections(world, request, response) {
    const wanted = filterOf(queryOf(request));
    const live = world.collection.all().flatMap((proxy) => proxy.connections());
    const body: Connections = {
      live: live.filter((each) => wanted(each.proxy)),
      ended: world.retired.filter((each) => wanted(each.proxy)),
    };
    sendJson(response, 200, body);
  },
  events(world, request, response) {
    const query = queryOf(request);
    const since = Number(query.get('since') ?? 0);
    if (!Number.isSafeInteger(since) || since < 0) throw new ApiError('since must be a whole number of at least 0', 400);
    const wanted = filterOf(query);
    const follow = query.get('follow') !== '0';
    streamEvents(world.log, { since, follow, wanted: (event) => wanted(event.proxy) }, request, response);
  },
} satisfies Record<string, OwnPath>);

/** `proxies=a,b` names them, `prefix=` names the beginning of their names. */
function filterOf(query: URLSearchParams): (proxy: string) => boolean {
  const names = query.get('proxies');
  const prefix = query.get('prefix');
  const set = names === null ? undefined : new Set(names.split(','));
  return (proxy) => (set === undefined || set.has(proxy)) && (prefix === null || proxy.startsWith(prefix));
}

function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? '';
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** Where Go's router sends a path with empty, `.` or `..` parts; undefined for one that has none. */
function cleanUrl(url: string): string | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  if (!path.startsWith('/') || !/\/(\/|\.\.?(\/|$))/.test(path)) return undefined;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const end = path.endsWith('/') && parts.length > 0 ? '/' : '';
  return `/${parts.join('/')}${end}${url.slice(path.length)}`;
}

/** Undefined where the path is not decodable. */
function partsOf(url: string): string[] | undefined {
  const path = url.split('?', 1)[0]!;
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Read always, so that the connection may be used again; bounded, so that nobody fills our memory. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new ApiError(`request body larger than ${BODY_BYTES_MAX} bytes`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsedBody(text: string): unknown {
  const parsed = parseGoJson(text);
  if ('error' in parsed) throw badBody(parsed.error);
  return parsed.value;
}

function tryAsApiError(error: unknown): ApiError {
  try {
    return asApiError(error);
  } catch (bug) {
    if ((bug as NodeJS.ErrnoException).code === 'ECONNRESET') return new ApiError('the request was not finished', 400);
    console.error('tornwire proxy: a request failed by a fault of ours:', bug);
    return new ApiError(`internal error: ${messageOf(bug)}`, 500);
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (status === 204) {
    response.writeHead(204, requestId()).end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...requestId() }).end(text);
}

/** Errors come as Go's http.Error sends them. */
function sendText(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
    // What is left of a body that is too large is not worth reading.
    ...(status === 413 && { connection: 'close' }),
    ...requestId(),
  });
  response.end(body);
}

function requestId(): Record<string, string> {
  return { 'x-toxiproxy-request-id': randomUUID() };
}
