// Answers as faults, with the field's own clients and servers: who asks sees what it sees of a server that answers so by itself.

import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { eventually, proxyBed } from '../../testing/proxy-bed.ts';
import type { ProxyBed } from '../../testing/proxy-bed.ts';
import type { Hit } from '../../wire/wire-types.ts';

let bed: ProxyBed;
const servers: { close(): unknown }[] = [];
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(async () => {
  for (const server of servers) server.close();
  await bed[Symbol.asyncDispose]();
});

let names = 0;

/** A proxy before this port, with an answer armed. */
async function answering(upstream: number, framing: string, answer: object, aim: object = {}, stream = 'upstream') {
  names += 1;
  const name = `answer${names}`;
  const made = await bed.ask('POST', '/proxies', { name, listen: '127.0.0.1:0', upstream: `127.0.0.1:${upstream}`, framing });
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  const toxic = { name: 'respond', type: 'respond', stream, attributes: { answer: JSON.stringify(answer), ...aim } };
  const armed = await bed.ask('POST', `/proxies/${name}/toxics`, toxic);
  expect([armed.status, armed.text]).toEqual([200, expect.anything()]);
  const hits = async (): Promise<Hit[]> => (await bed.ask('GET', `/proxies/${name}/toxics/respond`)).json.hits;
  return { port: Number(String(made.json.listen).split(':').at(-1)), hits, name };
}

async function httpServer(listener: RequestListener): Promise<number> {
  const server: Server = createServer(listener);
  servers.push({ close: () => (server.closeAllConnections(), server.close()) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

interface Seen {
  status: number | undefined;
  headers: Record<string, unknown>;
  body: string;
  reused: boolean;
}

async function ask(port: number, agent: Agent, { method = 'POST', path = '/', body = '' } = {}): Promise<Seen> {
  const asked = request({ host: '127.0.0.1', port, agent, method, path, headers: { 'content-length': Buffer.byteLength(body) } });
  asked.end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { date: _date, 'keep-alive': _timeout, connection: _kept, ...headers } = response.headers;
  return { status: response.statusCode, headers, body: await text(response), reused: asked.reusedSocket };
}

const LIMIT = { status: 429, headers: { 'retry-after': '1', 'content-type': 'text/plain' }, body: 'slow down, é' };

test('an HTTP client sees what it sees of a server that answers so: twice the status, then the server', async () => {
  let left = 2;
  const got: string[] = [];
  const refusing = await httpServer(async (incoming, response) => {
    const body = await text(incoming);
    if (left-- > 0) response.writeHead(LIMIT.status, { ...LIMIT.headers, 'content-length': Buffer.byteLength(LIMIT.body) }).end(LIMIT.body);
    else response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
  });
  const plain = await httpServer(async (incoming, response) => {
    const body = await text(incoming);
    got.push(body);
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
  });
  const byHand = await asksFourTimes(refusing);
  const { port, hits } = await answering(plain, 'http', LIMIT, { times: 2 });
  expect(await asksFourTimes(port)).toEqual(byHand);
  expect(byHand.map(({ status }) => status)).toEqual([429, 429, 200, 200]);
  expect(byHand.map(({ reused }) => reused)).toEqual([false, true, true, true]);
  expect(got).toEqual(['question 3', 'question 4']);
  expect(await hits()).toHaveLength(2);
});

async function asksFourTimes(port: number): Promise<Seen[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const seen: Seen[] = [];
  for (let i = 1; i <= 4; i += 1) seen.push(await ask(port, agent, { body: `question ${i}` }));
  agent.destroy();
  return seen;
}

test('only what is meant is answered, with no body to HEAD, and a long body is taken first', async () => {
  const server = await httpServer((incoming, response) => void incoming.resume().once('end', () => response.end(incoming.url)));
  const { port, hits } = await answering(server, 'http', { status: 503, body: 'busy' }, { match: { contains: ' /model' }, times: 9 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect((await ask(port, agent, { path: '/other' })).body).toBe('/other');
  const head = await ask(port, agent, { method: 'HEAD', path: '/model' });
  expect([head.status, head.body, head.headers['content-length']]).toEqual([503, '', '4']);
  expect((await ask(port, agent, { path: '/model', body: 'x'.repeat(3_000_000) })).status).toBe(503);
  const last = await ask(port, agent, { path: '/other' });
  expect([last.body, last.reused]).toEqual(['/other', true]);
  agent.destroy();
  expect(await hits()).toHaveLength(2);
});

test('of requests in one write the second is answered behind the response to the first', async () => {
  const server = await httpServer((incoming, response) => {
    setImmediate(() => {
      response.write(`first half of ${incoming.url}, `);
      setImmediate(() => response.end('second half'));
    });
  });
  const { port } = await answering(server, 'http', { status: 418, body: 'no' }, { match: { contains: '/b' } });
  const socket = connect(port, '127.0.0.1');
  socket.write(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
  let said = '';
  socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await eventually('the third response', () => /first half of \/c[^]*second half/.test(said) || undefined);
  socket.destroy();
  const places = ['first half of /a', 'second half', '418', 'first half of /c'].map((part) => said.indexOf(part));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places).not.toContain(-1);
});

test('a chunked request, one that waits for a 100 and one that wants the end are answered', async () => {
  const server = await httpServer((_incoming, response) => response.end('not this'));
  const { port, hits } = await answering(server, 'http', { status: 500, body: 'broken' }, { times: 3 });
  const dialogue = async (...writes: string[]) => {
    const socket = connect(port, '127.0.0.1');
    for (const each of writes) socket.write(each);
    let said = '';
    socket.on('data', (bytes: Buffer) => (said += bytes.toString()));
    await eventually('an answer', () => said.endsWith('broken') || undefined);
    return { socket, said };
  };
  const chunked = await dialogue('POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n', '0\r\n\r\n');
  expect(chunked.said).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/);
  chunked.socket.destroy();
  const waiting = await dialogue('POST / HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n');
  expect(waiting.said).not.toContain('100');
  waiting.socket.destroy();
  const ending = await dialogue('GET / HTTP/1.1\r\nconnection: close\r\n\r\n');
  expect(ending.said).toContain('connection: close');
  await eventually('the end', () => ending.socket.closed || undefined);
  expect(await hits()).toHaveLength(3);
});

test('a WebSocket is refused with a status, closed with a code, and answered with a message and an error', async () => {
  const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(sockets);
  await once(sockets, 'listening');
  const got: string[] = [];
  sockets.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => (got.push(data.toString()), socket.send(`echo ${data.toString()}`))),
  );
  const upstream = (sockets.address() as AddressInfo).port;

  const refused = await answering(upstream, 'websocket', { status: 503 });
  const turnedAway = new WebSocket(`ws://127.0.0.1:${refused.port}`);
  const [, answer] = (await once(turnedAway, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(answer.statusCode).toBe(503);
  answer.destroy();

  const closing = await answering(upstream, 'websocket', { close: 1013, reason: 'try again later' });
  const closed = new WebSocket(`ws://127.0.0.1:${closing.port}`);
  await once(closed, 'open');
  closed.send('one');
  const [code, reason] = (await once(closed, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1013, 'try again later']);

  const error = { code: -32000, message: 'overloaded', data: [1] };
  const failing = await answering(upstream, 'websocket', { error }, { times: 1 });
  const client = new WebSocket(`ws://127.0.0.1:${failing.port}`);
  await once(client, 'open');
  const next = async () => ((await once(client, 'message')) as [Buffer])[0].toString();
  client.send('{"jsonrpc":"2.0","method":"told"}');
  expect(await next()).toBe('echo {"jsonrpc":"2.0","method":"told"}');
  client.send('{"jsonrpc":"2.0","method":"asked","id":"a"}');
  expect(JSON.parse(await next())).toEqual({ jsonrpc: '2.0', id: 'a', error });
  client.send('plain');
  expect(await next()).toBe('echo plain');
  client.terminate();

  const saying = await answering(upstream, 'websocket', { message: 'x'.repeat(70_000) });
  const told = new WebSocket(`ws://127.0.0.1:${saying.port}`);
  await once(told, 'open');
  told.send('hello');
  expect(((await once(told, 'message')) as [Buffer])[0].toString()).toBe('x'.repeat(70_000));
  told.terminate();
  expect(got).toEqual(['{"jsonrpc":"2.0","method":"told"}', 'plain']);
  for (const each of [refused, closing, failing, saying]) expect(await each.hits()).toHaveLength(1);
});

test('a line is answered with an error of its id, never in the middle of what the server says', async () => {
  const server = createTcpServer((socket) => {
    // Half a line, whose other half comes with the next question.
    socket.write('{"half":');
    createInterface({ input: socket }).on('line', (line) => socket.write(`true}\n${line}\n`));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port, hits } = await answering((server.address() as AddressInfo).port, 'json-rpc', { error: { code: -32603, message: 'no' } });
  const socket = connect(port, '127.0.0.1');
  const lines: string[] = [];
  createInterface({ input: socket }).on('line', (line) => lines.push(line));
  socket.write('{"jsonrpc":"2.0","id":7,"method":"a"}\n{"jsonrpc":"2.0","id":8,"method":"b"}\n');
  await eventually('three lines', () => lines.length === 3 || undefined);
  expect(lines).toEqual([
    '{"half":true}',
    '{"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"no"}}',
    '{"jsonrpc":"2.0","id":8,"method":"b"}',
  ]);
  socket.destroy();
  expect(await hits()).toHaveLength(1);
});

const OVERLOADED = { events: [{ event: 'error', data: '{"type":"error",\n"error":{"type":"overloaded_error"}}' }], ends: true };

test('events are a whole answer upstream, and come into a stream downstream', async () => {
  const server = await httpServer((_incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
    const timer = setInterval(() => response.write('data: more\n\n'), 20);
    response.on('close', () => clearInterval(timer));
  });
  const said = 'event: error\ndata: {"type":"error",\ndata: "error":{"type":"overloaded_error"}}\n\n';
  const whole = await answering(server, 'http', OVERLOADED);
  const answered = await fetch(`http://127.0.0.1:${whole.port}/`);
  expect([answered.headers.get('content-type'), await answered.text()]).toEqual(['text/event-stream', said]);
  const inside = await answering(server, 'http', OVERLOADED, { match: { type: 'body-chunk' }, frame: 3 }, 'downstream');
  expect(await (await fetch(`http://127.0.0.1:${inside.port}/`)).text()).toBe(`data: 1\n\ndata: more\n\n${said}`);
  for (const each of [whole, inside]) expect(await each.hits()).toHaveLength(1);
});

test('the lift in the middle of a request that is being answered ends it: nothing of it arrives without its head', async () => {
  const got: string[] = [];
  const server = createTcpServer((socket) => socket.on('data', (bytes: Buffer) => got.push(bytes.toString())));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port, name } = await answering((server.address() as AddressInfo).port, 'http', { status: 500 });
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\ncontent-length: 10\r\n\r\nhalf ');
  await eventually('the request at the proxy', async () => {
    const { live } = (await bed.ask('GET', `/connections?proxies=${name}`)).json;
    return live[0]?.bytes.upstream.in > 40 || undefined;
  });
  expect((await bed.ask('DELETE', `/proxies/${name}/toxics/respond`)).status).toBe(204);
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 500 .*\r\n[^]*connection: close/);
  expect(got).toEqual([]);
});

test.each([
  ['{}', 'http', {}, 'this has none'],
  ['{"status":100}', 'http', {}, 'from 200 to 599'],
  ['{"status":200,"headers":{"a":"b\\r\\nc: d"}}', 'http', {}, 'is no header field'],
  ['{"close":1006}', 'websocket', {}, 'a code that a close frame may carry'],
  ['{"close":1000}', 'http', {}, 'only a WebSocket has close frames'],
  ['{"status":200}', 'ndjson', {}, 'lines have no status'],
  ['{"message":"x"}', 'http', {}, 'HTTP has no messages'],
  ['{"message":"x"}', 'raw', {}, 'the proxy is raw and has no frames'],
  ['{"message":"x","status":200}', 'http', {}, 'status and message'],
  ['{"message":"x"}', 'ndjson', { at_byte: 3 }, 'it acts on whole frames'],
])('%s on %s %j is refused: %s', async (answer, framing, aim, words) => {
  const link = await bed.link({ framing });
  const { status, text: said } = await bed.ask('POST', `/proxies/${link.name}/toxics`, {
    type: 'respond',
    stream: 'upstream',
    attributes: { answer, ...aim },
  });
  expect([status, said]).toEqual([400, expect.stringContaining(words)]);
});
