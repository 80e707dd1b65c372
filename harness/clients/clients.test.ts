// Each client against a real server, through the links of one played case: what it gives, what the history keeps of it, and what
// it says when a fault cuts the connection.
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cut } from '../model/faults/steps.ts';
import { eventsOf, type History } from '../model/judging/history.ts';
import type { Verdict } from '../model/judging/verdict.ts';
import { defineScenario, IndeterminateError, type OperationResult, type Script } from '../model/scenario.ts';
import type { Link } from '../model/system/link.ts';
import type { Node } from '../model/system/topology.ts';
import { playCase } from '../run/testing/play-case.ts';
import { httpClient, JsonRpcError, openEvents, openJsonLines, openJsonRpc, openWebSocket, outcomeOf } from './index.ts';

const PROGRAM = join(import.meta.dirname, 'testing/server.ts');
const BOUNDS = { env: {}, readyWithinMs: 10_000, stopWithinMs: 3_000 };

const SERVER: Node = {
  ...BOUNDS,
  name: 'server',
  role: 'server',
  command: ['{node}', PROGRAM, '--ports', '{listen.http.host}', '{listen.http.port}', '{listen.rpc.port}', '{listen.ipc.path}'],
  listens: {
    http: { transport: 'tcp', port: 7001 },
    rpc: { transport: 'tcp', port: 7002 },
    ipc: { transport: 'unix', file: 'ipc.sock' },
  },
  ready: { when: 'log', contains: 'ready' },
};
const CHILD: Node = {
  ...BOUNDS,
  name: 'child',
  role: 'child',
  command: ['{node}', PROGRAM, '--stdio'],
  listens: { stdio: { transport: 'stdio' } },
  ready: { when: 'spawned' },
};

function link(name: string, listener: string, framing: Link['framing'], more: Partial<Link> = {}): Link {
  return { name, from: 'driver', to: listener === 'stdio' ? 'child' : 'server', listener, framing, ...more };
}

const LINKS = [
  link('api', 'http', 'http'),
  link('cut-api', 'http', 'http'),
  link('events', 'http', 'http'),
  link('cut-events', 'http', 'http'),
  link('socket', 'http', 'websocket'),
  link('cut-socket', 'http', 'websocket'),
  link('quiet', 'rpc', 'ndjson', { capture: 'none' }),
  link('tcp', 'rpc', 'ndjson'),
  link('unix', 'ipc', 'ndjson'),
  link('cut-unix', 'ipc', 'ndjson'),
  link('stdio', 'stdio', 'ndjson'),
];

const SCHEDULE = [
  cut('cut-api', { direction: 'downstream', frame: { matches: { contains: '"counter"' } }, atByte: 5, how: 'fin' }),
  cut('cut-events', { direction: 'downstream', frame: { matches: { contains: 'tick 2' } }, atByte: 4, how: 'fin' }),
  cut('cut-socket', { direction: 'downstream', frame: { matches: { contains: 'echo lost' } }, atByte: 3, how: 'fin' }),
  cut('cut-unix', { direction: 'downstream', frame: { matches: { contains: 'lost' } }, atByte: 9, how: 'fin' }),
];

let history: History;
let verdict: Verdict;
const seen: Record<string, unknown> = {};

beforeAll(async () => {
  const scenario = defineScenario({
    title: 'clients of every kind',
    expectation: 'each says what it was told',
    system: { name: 'server', topology: { nodes: [SERVER, CHILD], links: LINKS }, clients: () => ({}) },
    schedule: SCHEDULE,
    script,
    restWithin: '500ms',
  });
  ({ history, verdict } = await playCase(scenario));
});

async function script(context: Script): Promise<void> {
  await Promise.all([overHttp(context), overEvents(context), overWebSocket(context), overLines(context)]);
}

async function overHttp(context: Script): Promise<void> {
  const api = httpClient(context, 'api');
  seen['get'] = (await api.get('/state?token=abc')).json();
  seen['put'] = (await api.put('/thing', { size: 3 })).json();
  seen['missing'] = (await api.get('/missing')).status;
  seen['json of a refusal'] = await outcomeOf(api.getJson('/missing'));
  seen['silent'] = await outcomeOf(api.get('/silent', { within: '200ms', owed: false }));
  seen['past the proxies'] = await httpClient(context, { node: 'server', listener: 'http' }).getJson('/direct');
  const kept = httpClient(context, 'api', { keepAlive: true });
  seen['kept'] = [(await kept.get('/one')).status, (await kept.get('/two')).status];
  seen['cut'] = await outcomeOf(httpClient(context, 'cut-api').post('/order', { size: 1 }));
}

async function overEvents(context: Script): Promise<void> {
  const stream = await openEvents(context, 'events', '/events');
  seen['second event'] = await stream.next('a second tick', { match: ({ data }) => data === 'tick 2' });
  seen['first event'] = await stream.next('the tick before');
  await context.until('the stream has ended', () => stream.ended, { within: '5s' });
  seen['ended'] = [stream.ended, stream.lastEventId, stream.comments, stream.events.length];
  const torn = await openEvents(context, 'cut-events', '/events');
  seen['torn'] = await outcomeOf(torn.next('a third tick', { match: ({ data }) => data === 'tick 3' }));
  const again = await openEvents(context, 'cut-events', '/events', { lastEventId: torn.lastEventId ?? '' });
  seen['again'] = [torn.ended, (await again.next('what was missed')).data];
  seen['no stream'] = await outcomeOf(openEvents(context, 'events', '/missing'));
}

async function overWebSocket(context: Script): Promise<void> {
  const folded: string[] = [];
  const socket = await openWebSocket(context, 'socket', { path: '/ws?token=abc', each: ({ text }) => folded.push(text) });
  seen['hello'] = (await socket.next('hello')).text;
  seen['echo'] = (await socket.request('say', 'one', ({ text }) => text.startsWith('echo'))).text;
  seen['binary'] = (await socket.request('send bytes', Buffer.from([1, 2]), ({ binary }) => binary)).data;
  await socket.ping('mine');
  socket.close(1001, 'bye');
  await context.until('the socket is closed', () => socket.closed, { within: '5s' });
  seen['closed'] = [socket.closed, folded.length];
  seen['send after the end'] = (() => {
    try {
      socket.send('late');
      return 'was sent';
    } catch (error) {
      return (error as Error).message;
    }
  })();
  const wrong = await openWebSocket(context, 'socket', { path: '/wrong-pongs' });
  seen['wrong pong'] = await outcomeOf(wrong.ping('mine'));
  seen['refused'] = await outcomeOf(openWebSocket(context, 'socket', { path: '/closed' }));
  const torn = await openWebSocket(context, 'cut-socket');
  seen['torn socket'] = await outcomeOf(torn.request('say', 'lost', ({ text }) => text === 'echo lost'));
  const rpc = await openJsonRpc(context, 'socket', { webSocket: { path: '/rpc' } });
  seen['rpc over it'] = [await rpc.call('echo', { over: 'a WebSocket' }), rpc.strays];
}

async function overLines(context: Script): Promise<void> {
  const answers = { name: () => 'tornwire' };
  const [tcp, unix, stdio] = await Promise.all([
    openJsonRpc(context, 'tcp', { answers }),
    openJsonRpc(context, 'unix'),
    openJsonRpc(context, 'stdio'),
  ]);
  // A line separator of Unicode is no end of a line, and a long line comes in many pieces.
  const text = `a\u2028b${'x'.repeat(200_000)}`;
  seen['echoes'] = await Promise.all(
    [tcp, unix, stdio].map(async (rpc) => ((await rpc.call('echo', { text })) as { text: string }).text === text),
  );
  seen['error'] = await outcomeOf(tcp.call('fail'));
  tcp.notify('tell');
  await tcp.notified('told');
  tcp.notify('ask');
  seen['asked back'] = await tcp.notified('heard');
  unix.notify('ask');
  seen['not known'] = await unix.notified('heard');
  stdio.notify('log');
  await context.until('the stray line is there', () => stdio.strays.length === 1, { within: '5s' });
  stdio.close();
  seen['exit'] = [stdio.strays, await stdio.child?.exited];
  const torn = await openJsonRpc(context, 'cut-unix');
  seen['torn call'] = await outcomeOf(torn.call('echo', { say: 'lost' }));
  seen['call after the end'] = await outcomeOf(torn.call('echo'));
  const lines = await openJsonLines(context, 'quiet');
  seen['request'] = await lines.request(
    'ask quietly',
    { id: 5, method: 'echo', params: { word: 'hush' } },
    (value) => (value as { id?: number }).id === 5,
  );
}

test('the case passes: each fault fired, and nothing of the clients is left', () => {
  expect('findings' in verdict ? verdict.findings : []).toEqual([]);
  expect(verdict).toMatchObject({ outcome: 'pass' });
});

describe('HTTP', () => {
  test('an answer is given whole, whatever its status', () => {
    expect(seen['get']).toMatchObject({ method: 'GET', url: '/state?token=abc' });
    expect(seen['put']).toMatchObject({ method: 'PUT', body: '{"size":3}' });
    expect(seen['missing']).toBe(404);
    expect(seen['json of a refusal']).toMatchObject({ state: 'failed', error: { message: 'GET /missing answered 404: not here' } });
    expect(seen['past the proxies']).toMatchObject({ url: '/direct' });
  });

  test('without an answer in time, or cut in it, nobody knows whether it happened', () => {
    expect(seen['silent']).toMatchObject({ state: 'indeterminate' });
    expect(seen['cut']).toMatchObject({ state: 'indeterminate' });
    expect((seen['cut'] as { error: Error }).error.message).toContain('POST /order, 5 bytes into the body of a 200');
  });

  test('a connection is kept for those who ask for it', () => {
    expect(seen['kept']).toEqual([200, 200]);
    // Six requests of one connection each, and two on one.
    expect(opened('api')).toBe(6);
  });

  test('the history has each request without its query, and what came of it', () => {
    expect(operations('api')).toEqual(
      expect.arrayContaining([
        { name: 'GET /state', state: 'ok', value: expect.objectContaining({ status: 200 }) as unknown },
        { name: 'GET /missing', state: 'ok', value: { status: 404, bytes: 8, body: 'not here' } },
        { name: 'GET /silent', state: 'indeterminate', value: expect.stringContaining('no answer within 200 ms') as unknown },
      ]),
    );
    expect(operations('cut-api')).toEqual([{ name: 'POST /order', state: 'indeterminate', value: expect.any(String) as unknown }]);
    expect(JSON.stringify(eventsOf(history, 'operation'))).not.toContain('/direct');
  });
});

describe('server-sent events', () => {
  test('come as they were sent, and a wait never gives one twice', () => {
    expect(seen['second event']).toEqual({ event: 'tick', data: 'tick 2', id: '2' });
    expect(seen['first event']).toEqual({ event: 'tick', data: 'tick 1', id: '1' });
    expect(seen['ended']).toEqual(['complete', '3', 1, 3]);
  });

  test('a stream that is cut says so, and the next one begins after the last id', () => {
    expect(seen['torn']).toMatchObject({ state: 'indeterminate', error: expect.any(IndeterminateError) as unknown });
    expect((seen['torn'] as { error: Error }).error.message).toBe(
      'cut-events: the stream was cut before a third tick; 1 message(s) so far, the last one: tick: tick 1',
    );
    expect(seen['again']).toEqual(['cut', 'tick 2']);
    expect(seen['no stream']).toMatchObject({
      state: 'failed',
      error: { message: 'events /missing was answered with 404 and content type (none)' },
    });
  });
});

describe('WebSocket', () => {
  test('messages, requests and closing', () => {
    expect([seen['hello'], seen['echo'], seen['binary']]).toEqual(['hello', 'echo one', Buffer.from([1, 2])]);
    expect(seen['closed']).toEqual([{ code: 1001, reason: 'bye' }, 3]);
    expect(seen['send after the end']).toBe('socket: nothing was sent, the connection is closed');
    expect(operations('socket')[0]).toEqual({ name: 'open /ws', state: 'ok' });
  });

  test('a pong carries the data of its ping (RFC 6455, 5.5.3)', () => {
    expect(seen['wrong pong']).toMatchObject({
      state: 'failed',
      error: { message: "socket: the ping 'mine' was answered by a pong with 'other'" },
    });
  });

  test('what was refused failed, and what was cut may have happened', () => {
    expect(seen['refused']).toMatchObject({ state: 'failed', error: { message: 'socket: the WebSocket was refused with 403' } });
    expect(seen['torn socket']).toMatchObject({ state: 'indeterminate' });
  });
});

describe('JSON-RPC and JSON lines', () => {
  test('over TCP, a Unix socket and stdio, and in a WebSocket', () => {
    expect(seen['echoes']).toEqual([true, true, true]);
    expect(seen['rpc over it']).toEqual([{ over: 'a WebSocket' }, ['hello']]);
    expect(seen['exit']).toEqual([['a line of a log'], { code: 0, signal: null }]);
  });

  test('an error is an answer, and a method of the client is answered by it', () => {
    const { state, error } = seen['error'] as OperationResult<unknown> & { error: JsonRpcError };
    expect([state, error.message, error.code, error.data]).toEqual(['failed', 'as it was asked', -32001, { why: 'test' }]);
    expect(seen['asked back']).toEqual({ method: 'heard', params: { result: 'tornwire' } });
    expect(seen['not known']).toEqual({ method: 'heard', params: { result: null } });
  });

  test('a call that was cut may have happened, and after the end nothing is sent', () => {
    expect(seen['torn call']).toMatchObject({ state: 'indeterminate' });
    expect((seen['torn call'] as { error: Error }).error.message).toContain('bytes into a line before echo');
    expect(seen['call after the end']).toMatchObject({ state: 'failed' });
  });

  test('a link whose frames are not captured keeps no answers either', () => {
    expect(seen['request']).toMatchObject({ result: { word: 'hush' } });
    expect(operations('quiet')).toEqual([
      { name: 'connect', state: 'ok' },
      { name: 'ask quietly', state: 'ok' },
    ]);
    expect(JSON.stringify(history)).not.toContain('hush');
  });
});

function operations(client: string): object[] {
  return eventsOf(history, 'operation')
    .filter((event) => event.client === client && event.state !== 'invoked')
    .map(({ name, state, value }) => ({ name, state, ...(value !== undefined && { value }) }));
}

function opened(name: string): number {
  return eventsOf(history, 'connection').filter((event) => event.link === name && event.state === 'opened').length;
}
