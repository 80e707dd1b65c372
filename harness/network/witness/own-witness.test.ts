import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { controlOf } from '../api/api-client.ts';
import type { Engine } from '../api/engine.ts';
import { InjectorError, type NetworkSink } from '../api/network-sink.ts';
import { ownWitness } from './own-witness.ts';

const OPENED = { event: 'connection-opened', proxy: 'p', connection: 1, connectionId: 9 };

test('tells the sink what the stream says, with link names and step ids', async () => {
  const log = await eventLog();
  const { witness, seen } = await witnessOf(log);
  log.append({ ...OPENED, seq: 1 });
  log.append({
    seq: 2,
    event: 'frame',
    proxy: 'p',
    connection: 1,
    direction: 'upstream',
    index: 1,
    type: 'text',
    offset: 0,
    length: 9,
    payload: 'a\u2028b',
  });
  log.append({
    seq: 3,
    event: 'frame-error',
    proxy: 'p',
    connection: 1,
    direction: 'upstream',
    index: 3,
    offset: 0,
    reason: 'no frame begins so',
  });
  log.append({
    seq: 4,
    event: 'toxic-fired',
    proxy: 'p',
    toxic: 'cut~20~a',
    connection: 1,
    direction: 'upstream',
    byteOffset: 6,
    frameIndex: 1,
    type: 'cut',
  });
  log.append({ seq: 5, event: 'connection-closed', proxy: 'p', connection: 1, ended: { client: 'rst', upstream: 'rst' } });
  log.append({ seq: 6, event: 'connection-opened', proxy: 'somebody elses', connection: 1 });
  await witness.drained();
  expect(seen).toEqual([
    ['connection', { link: 'a->b', connection: 1, state: 'opened' }],
    ['frame', { link: 'a->b', connection: 1, direction: 'upstream', index: 1, type: 'text', offset: 0, bytes: 9, payload: 'a\u2028b' }],
    ['frameError', { link: 'a->b', connection: 1, direction: 'upstream', offset: 0, reason: 'no frame begins so' }],
    ['fired', 'cut a', { connection: 1, direction: 'upstream', byteOffset: 6, frameIndex: 1 }],
    ['connection', { link: 'a->b', connection: 1, state: 'closed', ended: { client: 'rst', upstream: 'rst' } }],
  ]);
});

test('each event reaches the sink once, whether the stream or a drain brings it', async () => {
  const log = await eventLog();
  const { witness, seen } = await witnessOf(log);
  for (let seq = 1; seq <= 300; seq++) {
    log.append({ ...OPENED, seq, connection: seq });
    if (seq % 50 === 0) await witness.drained();
  }
  expect(seen.map(([, event]) => (event as { connection: number }).connection)).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
});

test('the sink is told when each thing happened, which is before it arrived', async () => {
  const log = await eventLog();
  const { witness, causes } = await witnessOf(log);
  const nowMs = Number(process.hrtime.bigint()) / 1e6;
  log.append({ ...OPENED, seq: 1, monotonicMs: nowMs - 900 });
  log.append({ event: 'connection-closed', proxy: 'p', connection: 1, seq: 2, monotonicMs: nowMs - 300 });
  const cut = { event: 'toxic-fired', proxy: 'p', toxic: 'cut', connection: 2, direction: 'upstream', byteOffset: 6, type: 'cut' };
  log.append({ ...cut, seq: 3, monotonicMs: nowMs - 200, tookMs: 50 });
  await witness.drained();
  // A cut is told when both ends have ended, which a peer may notice before.
  expect(causes).toEqual([nowMs - 900, nowMs - 300, nowMs - 250]);
});

test('a line may come in pieces that split its characters', async () => {
  const log = await eventLog({ pieces: 1 });
  const { seen, until } = await witnessOf(log);
  log.append({ ...OPENED, seq: 1, note: 'ä€𝄞' });
  log.append({ ...OPENED, seq: 2, connection: 2 });
  await until(() => seen.length === 2);
});

test('lost events break the run', async () => {
  const log = await eventLog();
  const { witness, seen } = await witnessOf(log);
  log.append({ event: 'lost', from: 1, to: 40 });
  log.append({ ...OPENED, seq: 41 });
  await witness.drained();
  expect(seen).toEqual([
    ['broken', 'own: lost events 1 to 40'],
    ['connection', { link: 'a->b', connection: 1, state: 'opened' }],
  ]);
});

test('a fault that could not judge its frame breaks the run instead of missing in silence', async () => {
  const log = await eventLog();
  const { witness, seen } = await witnessOf(log);
  log.append({ seq: 1, event: 'match-unreadable', proxy: 'p', toxic: 'cut', connection: 1, direction: 'upstream', reason: 'compressed' });
  await witness.drained();
  expect(seen).toEqual([['broken', "own: 'cut' on a->b: match-unreadable: compressed"]]);
});

test('a stream that ends by itself breaks the run, one that is disposed does not', async () => {
  const log = await eventLog();
  const ended = await witnessOf(log);
  log.hangUp();
  await ended.until(() => ended.seen.length > 0);
  expect(ended.seen).toEqual([['broken', expect.stringContaining('event stream')]]);

  const quiet = await witnessOf(await eventLog());
  await quiet.witness[Symbol.asyncDispose]();
  expect(quiet.seen).toEqual([]);
});

test('the next run on the same engine begins after the events of the last', async () => {
  const log = await eventLog();
  const first = await witnessOf(log);
  log.append({ ...OPENED, seq: 1 });
  await first.witness.drained();
  await first.witness[Symbol.asyncDispose]();
  const second = await witnessOf(log, first.engine);
  log.append({ ...OPENED, seq: 2, connection: 2 });
  await second.witness.drained();
  expect(second.seen).toEqual([['connection', { link: 'a->b', connection: 2, state: 'opened' }]]);
});

test('an engine without events gives an injector error', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const url = await listening(server);
  await expect(witnessOf({ url })).rejects.toThrow(InjectorError);
});

interface Log {
  url: string;
  append(event: object): void;
  hangUp(): void;
}

/** Serves GET /events as our proxy does; `pieces` writes so many bytes at a time. */
async function eventLog(options: { pieces?: number } = {}): Promise<Log> {
  const lines: { seq: number; text: string }[] = [];
  const followers = new Set<ServerResponse>();
  const server = createServer((request: IncomingMessage, response) => {
    const query = new URL(request.url ?? '/', 'http://x').searchParams;
    const kept = lines.filter((line) => line.seq > Number(query.get('since')));
    response.writeHead(200).flushHeaders();
    for (const line of kept) response.write(line.text);
    if (query.get('follow') === '0') response.end();
    else followers.add(response.on('close', () => followers.delete(response)));
  });
  const url = await listening(server);
  const write = (response: ServerResponse, bytes: Buffer) => {
    const size = options.pieces ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
  };
  return {
    url,
    append(event) {
      const seq = 'seq' in event ? (event.seq as number) : (event as unknown as { to: number }).to;
      const text = `${JSON.stringify(event)}\n`;
      lines.push({ seq, text });
      for (const response of followers) write(response, Buffer.from(text));
    },
    hangUp: () => server.closeAllConnections(),
  };
}

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return `http://127.0.0.1:${address.port}`;
}

type Call = [name: string, ...args: unknown[]];

async function witnessOf(log: { url: string }, engine: Engine = engineAt(log.url)) {
  const seen: Call[] = [];
  const causes: number[] = [];
  const record =
    (name: string) =>
    (...args: unknown[]): void => {
      // Behind what is told comes when it happened.
      if (typeof args.at(-1) === 'number') causes.push(args.pop() as number);
      seen.push([name, ...args]);
    };
  const names = ['connection', 'frame', 'frameError', 'fired', 'broken'] as const;
  const sink = Object.fromEntries(names.map((name) => [name, record(name)])) as unknown as NetworkSink;
  const control = controlOf('own', log.url, 2000);
  const witness = await ownWitness({ links: new Map([['p', 'a->b']]), sink, control, engine, deadlineMs: 2000 });
  onTestFinished(() => witness[Symbol.asyncDispose]());
  const until = async (condition: () => boolean) => {
    await expect.poll(condition, { timeout: 3000, interval: 5 }).toBe(true);
  };
  return { witness, seen, causes, engine, until };
}

function engineAt(url: string): Engine {
  return { name: 'own', url, ended: new Promise(() => {}), shared: true, logged: false, since: 0, async [Symbol.asyncDispose]() {} };
}
