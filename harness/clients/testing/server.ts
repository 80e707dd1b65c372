// One server that speaks everything the clients speak: HTTP, server-sent events and WebSockets on one port, JSON-RPC on lines over
// TCP, a Unix socket, and its stdin and stdout when it is started with --stdio.
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createLineServer, type Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { linesTo } from '../lines.ts';

const [mode, host = '', port = '', rpcPort = '', path = ''] = process.argv.slice(2);
let counter = 0;
process.once('SIGTERM', () => {
  rmSync(path, { force: true });
  process.exit(0);
});

if (mode === '--stdio') lines(process.stdin, (text) => process.stdout.write(text));
else {
  const http = createServer(answer);
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  http.on('upgrade', (request, socket, head) => {
    if (request.url === '/closed') return socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.send('hello');
      // RFC 6455, 5.5.3, and the one server that does not keep to it.
      ws.on('ping', (data) => ws.pong(request.url === '/wrong-pongs' ? 'other' : data));
      ws.on('message', (data, binary) => {
        const text = (data as Buffer).toString('utf8');
        if (!binary && text.startsWith('{"jsonrpc"')) answerRpc(text, (reply) => ws.send(reply.trimEnd()));
        else ws.send(binary ? data : `echo ${text}`, { binary });
      });
    });
  });
  http.listen(Number(port), host, () => {
    createLineServer((socket: Socket) =>
      lines(
        socket.on('error', () => undefined),
        (text) => socket.write(text),
      ),
    ).listen(Number(rpcPort), host, () => {
      createLineServer((socket: Socket) =>
        lines(
          socket.on('error', () => undefined),
          (text) => socket.write(text),
        ),
      ).listen(path, () => console.log('ready'));
    });
  });
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith('/events')) {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const after = Number(request.headers['last-event-id'] ?? 0);
    response.write(': hello\n\n');
    for (const id of [1, 2, 3].filter((each) => each > after)) response.write(`id: ${id}\nevent: tick\ndata: tick ${id}\n\n`);
    return void response.end();
  }
  if (request.url === '/missing') return void response.writeHead(404).end('not here');
  // Nobody is ever answered there.
  if (request.url === '/silent') return;
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => response.end(JSON.stringify({ method: request.method, url: request.url, body, counter: (counter += 1) })));
}

function lines(input: NodeJS.ReadableStream, write: (text: string) => void): void {
  const { take } = linesTo((line) => answerRpc(line, write));
  input.on('data', take);
}

interface Message {
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
}

function answerRpc(line: string, write: (text: string) => void): void {
  const { id, method, params, result } = JSON.parse(line) as Message;
  const say = (message: object): void => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  if (method === 'echo') say({ id, result: params });
  else if (method === 'fail') say({ id, error: { code: -32001, message: 'as it was asked', data: { why: 'test' } } });
  else if (method === 'log') write('a line of a log\n');
  else if (method === 'tell') say({ method: 'told', params: { id } });
  // The client is asked something, and what it says comes back as a notification.
  else if (method === 'ask') say({ id: 'a', method: 'name' });
  else if (id === 'a') say({ method: 'heard', params: { result: result ?? null } });
}
