import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { proxyBed } from '../testing/proxy-bed.ts';
import type { ProxyBed } from '../testing/proxy-bed.ts';

type Headers = Readonly<Record<string, string>>;

let beds: Record<'local' | 'remote', ProxyBed>;
beforeAll(async () => {
  beds = { local: await proxyBed(), remote: await proxyBed({ allowRemote: true }) };
});
afterAll(() => Promise.all(Object.values(beds).map((bed) => bed[Symbol.asyncDispose]())));

async function status(bed: ProxyBed, headers: Headers, method = 'GET', path = '/proxies'): Promise<number | undefined> {
  const asking = request(bed.url + path, { method, headers });
  asking.end(method === 'POST' ? '{"name":"evil","listen":"127.0.0.1:0","upstream":"10.0.0.1:80"}' : undefined);
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('Host', () => {
  test.each(['127.0.0.1', '127.0.0.1:8474', '10.1.2.3:1', '[::1]', '[::1]:8474', 'localhost', 'LOCALHOST:8474'])(
    '%s is taken',
    async (host) => {
      expect(await status(beds.local, { host })).toBe(200);
      expect(await status(beds.remote, { host })).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'evil.example:8474',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '[::1].evil.example',
    '127.0.0.1@evil.example',
    'a b.example',
  ])('%j is refused: a name can be pointed here by anybody', async (host) => {
    expect(await status(beds.local, { host })).toBe(403);
    expect(await status(beds.remote, { host })).toBe(403);
  });

  test.each(['fault-proxy:8474', 'host.docker.internal:8474', 'host.containers.internal', hostname()])(
    '%s, a name of a private network, is taken with --allow-remote only',
    async (host) => {
      expect(await status(beds.local, { host })).toBe(403);
      expect(await status(beds.remote, { host })).toBe(200);
    },
  );
});

describe('a request of a web page is refused, and makes nothing', () => {
  test.each<Headers>([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:3000' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    // A page may choose its User-Agent.
    { origin: 'http://evil.example', 'user-agent': 'toxiproxy-cli' },
  ])('%j', async (headers) => {
    for (const bed of Object.values(beds)) {
      for (const [method, path] of [
        ['POST', '/proxies'],
        ['GET', '/proxies'],
        ['GET', '/events?follow=0'],
        ['GET', '/version'],
        ['GET', '/nowhere'],
      ] as const)
        expect(await status(bed, headers, method, path)).toBe(403);
      expect((await bed.ask('GET', '/proxies')).json).toEqual({});
    }
  });

  test("a browser that is asked by hand is still told so in Toxiproxy's words", async () => {
    const response = await fetch(`${beds.local.url}/proxies`, { headers: { 'user-agent': 'Mozilla/5.0' } });
    expect([response.status, await response.text()]).toEqual([403, 'User agent not allowed\n']);
  });

  test.each(['none', 'same-origin'])('Sec-Fetch-Site %s is no page of another site', async (site) => {
    expect(await status(beds.local, { 'sec-fetch-site': site })).toBe(200);
  });
});

test('--allow-remote says what it opens, where it opens something', async () => {
  const said = async (listen: string) => {
    const program = spawn(process.execPath, [join(import.meta.dirname, '../serve.ts'), '--listen', listen, '--allow-remote'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    program.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(createInterface({ input: program.stdout }), 'line');
    program.kill('SIGTERM');
    await once(program, 'close');
    return text;
  };
  expect(await said('0.0.0.0:0')).toMatch(
    /^tornwire proxy: --allow-remote: whoever reaches 0\.0\.0\.0:\d+ can open ports here.*no password\n$/,
  );
  expect(await said('127.0.0.1:0')).toBe('');
});
