import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';

let bed: ProxyBed;
beforeAll(async () => {
  bed = await proxyBed();
});
afterAll(() => bed[Symbol.asyncDispose]());

describe('hostile and malformed requests', () => {
  test.each<[string, string, string | undefined, number]>([
    ['POST', '/proxies', 'x'.repeat(1024 * 1024 + 1), 413],
    ['POST', '/proxies', `{"name":"deep","upstream":${'['.repeat(100_000)}`, 400],
    ['POST', '/proxies', '{"name":"a","upstream":"b","framing":"carrier pigeon"}', 400],
    ['POST', '/proxies', '{"name":"a","upstream":"b","capture":"yes"}', 400],
    ['POST', '/proxies', '{"name":"a","upstream":"127.0.0.1:1","listen":"127.0.0.1:notaport"}', 500],
    ['POST', '/proxies', '{"name":"a","upstream":"127.0.0.1:1","listen":"unix:"}', 500],
    ['POST', '/proxies', `{"name":"a","upstream":"127.0.0.1:1","listen":"unix:/${'x'.repeat(200)}"}`, 500],
    ['POST', '/proxies', '{"name":"a","upstream":"127.0.0.1:1","listen":"unix:/nowhere/at/all"}', 500],
    ['POST', '/populate', '{"a":1}', 400],
    ['GET', '/proxies/%', undefined, 400],
    ['GET', '/events?since=-1', undefined, 400],
    ['GET', '/events?since=x', undefined, 400],
    ['GET', '/../../etc/passwd', undefined, 404],
    ['GET', '/constructor', undefined, 404],
    ['GET', '/__proto__', undefined, 404],
    ['GET', '/proxies/__proto__', undefined, 404],
    ['GET', '/proxies/constructor/toxics/toString', undefined, 404],
  ])('%s %s', async (method, path, body, status) => {
    const answer = await bed.ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json ?? { error: answer.text, status }).toMatchObject({ error: expect.any(String), status });
  });

  test('a name from the prototype is only a name', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const body = `{"name":${JSON.stringify(name)},"listen":"127.0.0.1:0","upstream":"127.0.0.1:1","__proto__":{"polluted":true}}`;
      expect((await bed.ask('POST', '/proxies', body)).status).toBe(201);
      const toxic = `{"type":"latency","name":"__proto__","attributes":{"__proto__":{"latency":7}}}`;
      expect((await bed.ask('POST', `/proxies/${name}/toxics`, toxic)).json).toMatchObject({ attributes: { latency: 0 } });
      expect((await bed.ask('GET', '/proxies')).text).toContain(`"${name}":{"name":"${name}"`);
      expect((await bed.ask('DELETE', `/proxies/${name}`)).status).toBe(204);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a client that dies in the middle of a request harms nobody', async () => {
    const port = Number(new URL(bed.url).port);
    for (const half of [
      'POST /proxies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n{"na',
      'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'garbage\r\n\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => {});
      socket.write(half);
      await bed.ask('GET', '/version');
      socket.resetAndDestroy();
    }
    expect((await bed.ask('GET', '/version')).status).toBe(200);
  });

  test.each([
    ['{"type":"cut","attributes":{"how":"gently"}}', 'attribute how of cut must be one of fin, rst, half_close, blackhole, not "gently"'],
    ['{"type":"cut","attributes":{"at_bytes":3}}', 'cut has no attribute "at_bytes"; it has how,'],
    ['{"type":"cut","attributes":{"frame":0}}', 'attribute frame of cut must be a whole number of at least 1'],
    ['{"type":"cut","attributes":{"match":{}}}', 'attribute match of cut must be an object of'],
    ['{"type":"cut","attributes":{"match":{"json":{"method":1}}}}', 'JSON pointers'],
    ['{"type":"stall","attributes":{"for_ms":"5"}}', 'attribute for_ms of stall must be a whole number'],
    ['{"type":"latency","attributes":{"connection":0}}', 'attribute connection of latency'],
  ])('%s is refused in words that help', async (body, words) => {
    const { name } = await bed.link();
    const answer = await bed.ask('POST', `/proxies/${name}/toxics`, body);
    expect(answer.status).toBe(400);
    expect(answer.json.error).toContain(words);
  });
});

describe('Unix socket files', () => {
  const create = (path: string) => bed.ask('POST', '/proxies', { name: path, listen: `unix:${path}`, upstream: '127.0.0.1:1' });

  test('one that a dead process left is replaced, a live one is not', async () => {
    const path = join(bed.folder, 'left-behind');
    const child = spawn(process.execPath, ['-e', `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`]);
    await once(child.stdout, 'data');
    expect(await create(path)).toMatchObject({ status: 500, json: { error: `listen unix ${path}: bind: address already in use` } });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await create(path)).toMatchObject({ status: 201, json: { listen: `unix:${path}` } });
  });

  test('a file that is no socket is never touched', async () => {
    const path = join(bed.folder, 'precious');
    await writeFile(path, 'data');
    expect((await create(path)).status).toBe(500);
    expect(await readFile(path, 'utf8')).toBe('data');
  });
});

test('toxicity is decided once per connection by the seed, and nothing that is edited elsewhere moves it', async () => {
  const fates = async (seed: string, disturb: boolean) => {
    await using own = await proxyBed({ seed });
    const link = await own.link();
    await link.arm('cut', 'upstream', { at_byte: 1, times: 1000 }, { toxicity: 0.5 });
    const seen: boolean[] = [];
    for (let connection = 1; connection <= 16; connection += 1) {
      if (disturb) await link.arm('latency', 'upstream', { latency: 0 }, { toxicity: 0.3 });
      const { client, server } = await link.open();
      client.send('xy');
      await server.received(1);
      seen.push((await Promise.race([server.ended, server.received(2)])) === 'eof');
      if (disturb) await link.disarm('latency');
    }
    return seen;
  };
  const [one, again, other] = [await fates('one', false), await fates('one', true), await fates('other', false)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
  expect(new Set(one).size).toBe(2);
});

test('capabilities say what it is and what it has', async () => {
  const { json } = await bed.ask('GET', '/capabilities');
  expect(json).toMatchObject({ engine: 'tornwire', api: 'toxiproxy 2.12', events: true, seeded: true, transports: ['tcp', 'unix'] });
  expect(json.toxics).toEqual(expect.arrayContaining(['latency', 'limit_data', 'cut', 'stall', 'split', 'refuse', 'drop', 'stray_line']));
  expect(json.splits).toMatchObject({ boundary: { available: true }, gated: { available: true }, paced: { available: true } });
});

test('connections are listed while they live and after', async () => {
  const link = await bed.link();
  const { client, server } = await link.open();
  client.send('12345');
  await server.received(5);
  const listed = async () => (await bed.ask('GET', `/connections?prefix=${link.name}`)).json as { live: object[]; ended: object[] };
  expect(await listed()).toMatchObject({
    live: [{ proxy: link.name, connection: 1, state: 'open', bytes: { upstream: { in: 5, out: 5 } } }],
    ended: [],
  });
  client.socket.end();
  server.socket.end();
  const ended = await eventually('it ended', async () => ((await listed()).ended.length > 0 ? listed() : undefined));
  expect(ended).toMatchObject({ live: [], ended: [{ connection: 1, state: 'closed', ended: { client: 'eof', upstream: 'eof' } }] });
});

test('reset disarms, enables and counts connections from 1 again', async () => {
  await using own = await proxyBed();
  const link = await own.link();
  await link.open();
  await link.arm('stall', 'both');
  await own.ask('PATCH', `/proxies/${link.name}`, { enabled: false });
  expect((await own.ask('POST', '/reset')).status).toBe(204);
  expect((await own.ask('GET', `/proxies/${link.name}`)).json).toMatchObject({ enabled: true, toxics: [] });
  const { client, server } = await link.open();
  client.send('x');
  await server.received(1);
  expect((await own.ask('GET', '/connections')).json.live).toMatchObject([{ connection: 1 }]);
});

test('a server that listens on a port in use says so and lets the proxy alone', async () => {
  const holder = createServer();
  holder.listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  const link = await bed.link();
  const answer = await bed.ask('PATCH', `/proxies/${link.name}`, { listen: `127.0.0.1:${port}` });
  expect(answer).toMatchObject({ status: 500, json: { error: `listen tcp 127.0.0.1:${port}: bind: address already in use` } });
  holder.close();
});

test('what the control server is asked while bytes stream is answered soon', async () => {
  const link = await bed.link();
  const { client, server } = await link.open();
  server.socket.removeAllListeners('data');
  server.socket.resume();
  const chunk = Buffer.alloc(1024 * 1024);
  let streaming = true;
  const push = () => void (streaming && client.socket.write(chunk, push));
  push();
  const slowest = Math.max(
    ...(await Promise.all(
      Array.from({ length: 20 }, async () => {
        const began = performance.now();
        await link.arm('latency', 'downstream', { latency: 1 }).catch(() => {});
        return performance.now() - began;
      }),
    )),
  );
  streaming = false;
  expect(slowest).toBeLessThan(1000);
});

test('when a proxy is deleted, all that can be told of its connections is told', async () => {
  const link = await bed.link();
  for (let at = 0; at < 5; at += 1) await link.open();
  expect((await bed.ask('DELETE', `/proxies/${link.name}`)).status).toBe(204);
  const events = (await bed.events(`&proxies=${link.name}`)).map((each) => each.event);
  expect(events.slice(-7)).toEqual([...Array.from({ length: 5 }, () => 'connection-closed'), 'proxy-stopped', 'proxy-deleted']);
});
