// An MCP server over streamable HTTP by hand, for the tests of the pack. MISTAKES names what it does wrong, with commas between;
// nothing by default. It answers with JSON, and listens at 3000.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const PORT = 3000;
const mistakes = new Set((process.env.MISTAKES ?? '').split(','));
const does = (mistake) => mistakes.has(mistake);
const names = [`127.0.0.1:${PORT}`, `localhost:${PORT}`];
const isStateless = does('stateless');
/** Of running calls, by session and id: what ends them. */
const calls = new Map();
/** What running calls have started. */
const running = new Set();
/** What is open for each session that is known. */
const sessions = new Map();
/** Of requests that share an id. */
const waiting = new Map();
const kept = [];
/** Connections whose client has left an answer in the way for a while. */
const slow = new WeakSet();
let isTaken = false;
/** The id of the last request, as where the answer is made from a variable that all requests share. */
let lastId;
/** With `resumes`, which is no mistake: the events of each answer, in their order, `{ session, stream, id, data }`. */
const events = [];
/** Once the request before has been read to its end. */
let readBefore = Promise.resolve();

const http = createServer((request, response) => {
  request.on('error', () => {
    if (does('dies-of-lost-requests')) throw new Error('the request was lost');
  });
  if (does('keeps-processes')) kept.push(spawn('sleep', ['600'], { stdio: 'ignore' }));
  if (does('body-in-one-read')) return request.once('data', (bytes) => take(request, response, bytes.toString()));
  if (does('reads-one-at-a-time')) {
    readBefore = readBefore.then(() => new Promise((resolve) => read(request, response, resolve)));
    return;
  }
  read(request, response, () => undefined);
});
if (does('dies-of-crowds')) http.on('connection', () => setImmediate(() => closeSync(openSync('/dev/null'))));
if (does('starts-by-shell')) execFile('sh', ['-c', 'exit 0'], (error) => failing(error));
if (does('starts-with-many-files')) for (let index = 0; index < 80; index++) kept.push(openSync('/dev/null'));
if (does('starts-with-a-file')) writeFileSync(join(process.env.HOME, '.by-hand'), 'x'.repeat(1_000_000));
http.listen(PORT, does('everywhere') ? '0.0.0.0' : '127.0.0.1');

process.on('SIGTERM', () => {
  if (does('deaf') || (does('waits-for-calls') && running.size > 0)) return;
  if (!does('leaves-its-calls')) for (const child of running) child.kill();
  http.close(() => process.exit(0));
  if (does('waits-for-streams')) return;
  http.closeAllConnections();
  process.exit(0);
});

function read(request, response, done) {
  const parts = [];
  request.on('data', (bytes) => {
    parts.push(bytes);
  });
  request.on('end', () => {
    done();
    const body = Buffer.concat(parts);
    take(request, response, does('dies-of-no-utf8') ? new TextDecoder('utf-8', { fatal: true }).decode(body) : body.toString());
  });
}

function failing(error) {
  if (error) throw error;
}

function take(request, response, body) {
  const { host, origin } = request.headers;
  const isForeign =
    !does('any-host') && (!names.includes(host) || (origin !== undefined && !does('any-origin') && !names.includes(origin)));
  if (isForeign) return refuse(response, 403, 'Forbidden');
  if (request.url !== '/mcp') return refuse(response, 404, 'Not found');
  if (does('asks-who')) console.error(`asked by ${request.headers.authorization}`);
  if (does('asks-who') && request.headers.authorization !== 'Bearer open-sesame-1') {
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(response, 401, 'Unauthorized');
  }
  const version = request.headers['mcp-protocol-version'];
  if (version !== undefined && !version.startsWith('202') && !does('any-version')) return refuse(response, 400, 'Unknown version');
  const id = request.headers['mcp-session-id'];
  if (!isStateless && id !== undefined && !sessions.has(id)) return refuse(response, does('unknown-is-400') ? 400 : 404, 'No session');
  switch (request.method) {
    case 'GET':
      return listen(request, response, id);
    case 'DELETE':
      return end(response, id);
    default:
      return message(response, body, id);
  }
}

function listen(request, response, id) {
  if (does('listening-is-404')) return refuse(response, 404, 'Cannot GET /mcp');
  if (does('one-stream-for-ever') && sessions.get(id)?.stream) return refuse(response, 409, 'There is a stream already');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const last = request.headers['last-event-id'];
  if (does('resumes') && last !== undefined) return response.end(after(last).map(textOf).join(''));
  if (!does('head-with-first-event')) response.flushHeaders();
  if (sessions.has(id)) sessions.get(id).stream = response;
}

/** What was sent after this event, on its stream. */
function after(last) {
  const from = events.findIndex(({ id }) => id === last);
  if (from === -1 || does('resumes-nothing')) return [];
  const { session, stream } = events[from];
  if (does('resumes-all')) return events.filter((each) => each.stream === stream);
  return events.slice(from + 1).filter((each) => each.session === session && (each.stream === stream || does('resumes-others')));
}

const textOf = ({ id, data }) => `id: ${id}\ndata: ${data}\n\n`;

/** An event without a message, and the answer, each with an id. */
function stream(response, bytes) {
  const session = response.req.headers['mcp-session-id'];
  const name = randomUUID();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [index, data] of ['', bytes].entries()) {
    const event = { session, stream: name, id: does('ids-of-streams') ? `${index}` : `${name}-${index}`, data };
    events.push(event);
    response.write(textOf(event));
  }
  response.end();
}

function end(response, id) {
  if (does('no-delete')) return refuse(response, 404, 'Cannot DELETE /mcp');
  if (isStateless) return refuse(response, 405, 'No sessions');
  if (!does('keeps-ended')) sessions.delete(id);
  response.writeHead(204).end();
}

function message(response, body, session) {
  let given;
  try {
    given = JSON.parse(body);
  } catch (error) {
    if (does('dies-of-no-json')) throw error;
    return refuse(response, 400, 'Parse error', -32_700);
  }
  const { id, method, params } = given ?? {};
  if (typeof method !== 'string') return refuse(response, 400, 'Invalid request', -32_600);
  if (method === 'initialize') return begin(response, id);
  if (!isStateless && session === undefined && !does('no-session-needed')) return refuse(response, 400, 'No Mcp-Session-Id');
  if (method === 'notifications/cancelled') calls.get(`${session} ${params.requestId}`)?.();
  if (id === undefined) return does('notification-is-200') ? say(response, null, {}) : response.writeHead(202).end();
  if (body.length > 500_000 && does('dies-of-big')) throw new Error('too big');
  if (method === 'tools/call') return call(response, id, session, params.name);
  say(response, id, method === 'tools/list' ? { tools: [] } : {});
}

function begin(response, id) {
  if (does('one-client') && isTaken) return refuse(response, 400, 'Server already initialized');
  isTaken = true;
  const session = randomUUID();
  sessions.set(session, {});
  if (!isStateless) response.setHeader('mcp-session-id', session);
  say(response, id, { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'by hand', version: '1' } });
}

/** Each tool is a sleep of half a minute, but for hello. */
function call(response, id, session, name) {
  if (name === 'hello') {
    if (does('call-leaves-child')) spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref();
    if (does('calls-a-shell')) execFile('sh', ['-c', 'exit 0'], (error) => failing(error));
    if (does('calls-write')) writeFileSync(join(process.env.HOME, '.by-hand'), 'x'.repeat(1_000_000));
    return say(response, id, { content: [] });
  }
  if (does('blocks')) {
    spawnSync('sleep', ['10']);
    return say(response, id, { content: [] });
  }
  const child = spawn('sleep', ['30'], { stdio: 'ignore' });
  running.add(child);
  child.on('exit', () => running.delete(child));
  if (!does('goes-on-when-cancelled')) calls.set(`${session} ${id}`, () => child.kill());
}

function say(response, id, result) {
  const bytes = JSON.stringify({ jsonrpc: '2.0', id, result });
  // As where answers are found by the id of the request alone: who asks last gets one, and the others none.
  if (does('mixes-sessions') && id !== null) {
    waiting.set(id, response);
    return setTimeout(() => waiting.get(id) === response && write(response, bytes), 300);
  }
  if (does('mixes-requests')) {
    lastId = id;
    return setTimeout(() => write(response, JSON.stringify({ jsonrpc: '2.0', id: lastId, result })), 100);
  }
  return write(response, bytes);
}

function write(response, bytes) {
  const { socket } = response.req;
  if (does('resumes')) return stream(response, bytes);
  if (does('drops-for-slow')) {
    setTimeout(() => response.writableFinished || slow.add(socket), 300);
    if (slow.delete(socket)) return response.writeHead(200, { 'content-type': 'application/json' }).end();
  }
  // As a write that blocks.
  if (does('blocks-when-full') && socket.writableLength > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 15_000);
  response.writeHead(200, { 'content-type': 'application/json' }).end(bytes);
}

function refuse(response, status, text, code = -32_000) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message: text } }));
}
