// Floods of frames that carry nothing: the control API goes on answering, and memory is bounded by bytes, frames and
// pieces alike. Each runs against a proxy of its own, whose memory can be looked at from outside.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

const MiB = 1024 * 1024;
const FLOOD_BYTES = 20 * MiB;
/** Long enough for a part of the flood that would have silenced the API for seconds; one that is held back goes on as long. */
const LOOK_MS = 1500;
/** The kept events with all that an object costs, read buffers, and what Node has not collected yet; it was 2.5 GB. */
const GROWTH_BYTES_MAX = 640 * MiB;

const UPGRADE = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

interface Flood {
  title: string;
  framing: string;
  /** What the client says first, and what the server does. */
  request: string;
  head: string | Buffer;
  frame: string | Buffer;
  toxic?: object;
}

const empty = { head: Buffer.concat([Buffer.from(SWITCHED), Buffer.from([0x01, 0x00])]), frame: Buffer.from([0x00, 0x00]) };
const FLOODS: readonly Flood[] = [
  { title: 'empty WebSocket continuation frames', framing: 'websocket', request: UPGRADE, ...empty },
  { title: 'continuation frames of one byte', framing: 'websocket', request: UPGRADE, ...empty, frame: Buffer.from([0x00, 0x01, 0x61]) },
  { title: 'empty lines', framing: 'ndjson', request: 'begin\n', head: '', frame: '\n' },
  {
    title: 'chunks of one byte',
    framing: 'http',
    request: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    frame: '1\r\na\r\n',
  },
  {
    title: 'empty events of an SSE stream',
    framing: 'http',
    request: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    head: 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n',
    frame: '\n\n',
  },
  {
    title: 'empty frames, judged by their content',
    framing: 'websocket',
    request: UPGRADE,
    ...empty,
    toxic: { type: 'drop', attributes: { match: { contains: 'never' } } },
  },
  {
    title: 'empty lines, delayed',
    framing: 'ndjson',
    request: 'begin\n',
    head: '',
    frame: '\n',
    toxic: { type: 'latency', attributes: { latency: 50 } },
  },
  { title: 'empty lines, stalled', framing: 'ndjson', request: 'begin\n', head: '', frame: '\n', toxic: { type: 'stall', attributes: {} } },
  {
    title: 'empty lines, split',
    framing: 'ndjson',
    request: 'begin\n',
    head: '',
    frame: '\n',
    toxic: { type: 'split', attributes: { every: 1 } },
  },
];

test.each(FLOODS)('$title: the API answers within a second, and memory is bounded', { timeout: 60_000 }, async (flood) => {
  await using proxy = await startProxy();
  const flooding = createServer((socket) => pour(socket, flood)).listen(0, '127.0.0.1');
  await once(flooding, 'listening');
  const upstream = `127.0.0.1:${(flooding.address() as AddressInfo).port}`;
  const { listen } = await proxy.ask('POST', '/proxies', {
    name: 'p',
    listen: '127.0.0.1:0',
    upstream,
    framing: flood.framing,
    capture: true,
  });
  if (flood.toxic !== undefined) await proxy.ask('POST', '/proxies/p/toxics', flood.toxic);
  const before = proxy.residentBytes();

  const [host, port] = (listen as string).split(':');
  const client = connect(Number(port), host);
  let received = 0;
  const isOver = () => received >= FLOOD_BYTES;
  client.on('data', (chunk: Buffer) => (received += chunk.length)).write(flood.request);
  const slowest = { answerMs: 0, residentBytes: 0 };
  const end = performance.now() + LOOK_MS;
  do {
    const asked = performance.now();
    await proxy.ask('GET', '/proxies');
    slowest.answerMs = Math.max(slowest.answerMs, performance.now() - asked);
    slowest.residentBytes = Math.max(slowest.residentBytes, proxy.residentBytes());
    await sleep(20);
  } while (!isOver() && performance.now() < end);
  client.destroy();
  flooding.close();
  expect(slowest.answerMs).toBeLessThan(1000);
  expect(slowest.residentBytes - before).toBeLessThan(GROWTH_BYTES_MAX);
});

function pour(socket: Socket, { head, frame }: Flood): void {
  const one = Buffer.from(frame);
  const many = Buffer.concat(Array.from({ length: Math.floor((64 * 1024) / one.length) }, () => one));
  let left = FLOOD_BYTES;
  const go = () => {
    while (left > 0) {
      left -= many.length;
      if (!socket.write(many)) return;
    }
  };
  socket.on('error', () => {}).on('drain', go);
  socket.once('data', () => {
    socket.write(head);
    go();
  });
}

async function startProxy() {
  const program = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts'), '--listen', '127.0.0.1:0', '--exit-with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: program.stdout }), 'line')) as [string];
  const { host, port } = JSON.parse(line) as { host: string; port: number };
  return {
    async ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`http://${host}:${port}${path}`, { method, ...sent, signal: AbortSignal.timeout(40_000) });
      const json = (await response.json()) as Record<string, unknown>;
      if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
      return json;
    },
    residentBytes: () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1]) * 1024,
    async [Symbol.asyncDispose]() {
      program.kill('SIGKILL');
      await once(program, 'exit');
    },
  };
}
