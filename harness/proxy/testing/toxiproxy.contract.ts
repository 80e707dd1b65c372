// What a server must do to be driven by any client of Toxiproxy 2.12: every route with its status, body and
// words. The same expectations run against Shopify's server and ours. What differs on purpose is in
// toxiproxy-differences.contract.ts.
import { createServer } from 'node:net';
import { Toxiproxy } from 'toxiproxy-node-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addressOf, dial, echoServer, type EchoServer, listening } from './toxiproxy-ends.contract.ts';

export interface ServerUnderTest extends AsyncDisposable {
  url: string;
}

export interface ContractSettings {
  name: string;
  start: () => Promise<ServerUnderTest>;
}

interface Answer {
  status: number;
  type: string;
  location: string | null;
  text: string;
  json: unknown;
}

export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** A body that is a string is sent as it is. */
export function askOf(url: string): Ask {
  return async (method, path, body, headers = {}) => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(url + path, { method, ...sent, headers, redirect: 'manual', signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    const { status, headers: given } = response;
    return { status, type: given.get('content-type') ?? '', location: given.get('location'), text, json: parsed(text) };
  };
}

const error = (status: number, words: string) => ({ status, json: { error: words, status } });
const badBody = { status: 400, json: { error: expect.stringMatching(/^bad request body: ./), status: 400 } };
const LATENCY = { type: 'latency', attributes: { latency: 20, jitter: 5 } };

export function toxiproxyApiContract(settings: ContractSettings): void {
  describe(`the API of ${settings.name}`, () => {
    let server: ServerUnderTest;
    let ask: Ask;
    let echo: EchoServer;

    beforeAll(async () => {
      echo = await echoServer();
      server = await settings.start();
      ask = askOf(server.url);
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
      await echo?.[Symbol.asyncDispose]();
    });
    afterEach(async () => {
      const { json } = await ask('GET', '/proxies');
      for (const name of Object.keys(json as object)) await ask('DELETE', `/proxies/${encodeURIComponent(name)}`);
    });

    const create = (name: string, more: object = {}) =>
      ask('POST', '/proxies', { name, listen: '127.0.0.1:0', upstream: echo.address, ...more });
    const created = async (name: string, more: object = {}) => {
      const answer = await create(name, more);
      expect(answer.status).toBe(201);
      return answer.json as { listen: string; upstream: string };
    };

    describe('version and routing', () => {
      test.each([
        ['GET', '//proxies', '/proxies'],
        ['GET', '//proxies?x=1', '/proxies?x=1'],
        ['POST', '//populate', '/populate'],
        ['GET', '/proxies//p', '/proxies/p'],
        ['GET', '/proxies//', '/proxies/'],
        ['DELETE', '///', '/'],
      ])('%s %s is sent to the clean path', async (method, path, location) => {
        expect(await ask(method, path)).toMatchObject({ status: 301, location, text: '' });
      });

      test('a port may be the name of a service', async () => {
        const answer = await create('named', { listen: '127.0.0.1:http' });
        // Not everybody may open port 80, and somebody may have it.
        expect(answer.text).toMatch(/"listen":"127\.0\.0\.1:80"|listen tcp 127\.0\.0\.1:80: bind: /);
        expect(await create('unknown', { listen: '127.0.0.1:no-such-service' })).toMatchObject(
          error(500, 'listen tcp: lookup tcp/no-such-service: unknown port'),
        );
      });

      test.each(['1e3', '1.0', '1.5', '9223372036854775808', '-9223372036854775809'])('%s is no int64', async (number) => {
        await created('p');
        const words = `bad request body: json: cannot unmarshal number ${number} into Go struct field LatencyToxic.attributes.latency of type int64`;
        const toxic = `{"name":"l","type":"latency","attributes":{"latency":${number}}}`;
        expect(await ask('POST', '/proxies/p/toxics', toxic)).toMatchObject(error(400, words));
      });

      test('a toxicity may be written as any float32, and 1e99 is none', async () => {
        await created('p');
        const add = (toxicity: string) => ask('POST', '/proxies/p/toxics', `{"type":"latency","toxicity":${toxicity}}`);
        expect(await add('1e99')).toMatchObject(
          error(400, 'bad request body: json: cannot unmarshal number 1e99 into Go struct field ToxicWrapper.toxicity of type float32'),
        );
        expect(await add('5e-1')).toMatchObject({ status: 200, json: { toxicity: 0.5 } });
      });

      test.each([
        ['"attributes":{"latency":5},"attributes":{"jitter":6}', { latency: 5, jitter: 6 }],
        ['"attributes":{"latency":5},"Attributes":{"jitter":6}', { latency: 5, jitter: 6 }],
        ['"attributes":{"latency":5},"attributes":null', { latency: 5, jitter: 0 }],
        ['"attributes":{"latency":5,"latency":null,"LATENCY":7}', { latency: 7, jitter: 0 }],
        ['"attributes":{"latency":5,"latency":8}', { latency: 8, jitter: 0 }],
      ])('what is given twice is laid over itself: %s', async (given, attributes) => {
        await created('p');
        const answer = await ask('POST', '/proxies/p/toxics', `{"name":"a","name":"l","type":"latency",${given}}`);
        expect(answer).toMatchObject({ status: 200, json: { name: 'l', attributes } });
      });

      test('tells its version as JSON', async () => {
        const answer = await ask('GET', '/version');
        expect(answer).toMatchObject({ status: 200, json: { version: expect.any(String) } });
        expect(answer.type.replaceAll(' ', '')).toBe('application/json;charset=utf-8');
      });

      test('answers an unknown path with 404', async () => {
        expect(await ask('GET', '/nothing')).toMatchObject({ status: 404, text: '404 page not found\n' });
      });

      test.each([
        ['GET', '/reset'],
        ['GET', '/populate'],
        ['DELETE', '/proxies'],
        ['PUT', '/proxies/p'],
        ['PUT', '/proxies/p/toxics/t'],
        ['DELETE', '/proxies/p/toxics'],
        ['POST', '/version'],
      ])('answers %s %s with 405', async (method, path) => {
        expect(await ask(method, path)).toMatchObject({ status: 405, text: '' });
      });

      test('refuses browsers', async () => {
        const answer = await ask('GET', '/proxies', undefined, { 'user-agent': 'Mozilla/5.0 (X11; Linux)' });
        expect(answer).toMatchObject({ status: 403, text: 'User agent not allowed\n' });
      });
    });

    describe('proxies', () => {
      test('there are none at first', async () => {
        expect(await ask('GET', '/proxies')).toMatchObject({ status: 200, type: 'application/json', json: {} });
      });

      test('creating one gives 201, its real address and no toxics', async () => {
        const answer = await create('p');
        expect(answer).toMatchObject({ status: 201, type: 'application/json' });
        const { listen } = answer.json as { listen: string };
        expect(listen).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
        const proxy = { name: 'p', listen, upstream: echo.address, enabled: true, toxics: [] };
        expect(answer.json).toMatchObject(proxy);
        expect((await ask('GET', '/proxies/p')).json).toMatchObject(proxy);
        expect((await ask('GET', '/proxies')).json).toMatchObject({ p: proxy });
      });

      test('a created proxy relays', async () => {
        const { listen } = await created('p');
        using client = await dial(listen);
        await client.send('hello');
        expect(await client.received(5)).toBe('hello');
      });

      test('one created with enabled false does not listen and keeps its address as given', async () => {
        expect((await create('off', { enabled: false })).json).toMatchObject({ enabled: false, listen: '127.0.0.1:0' });
      });

      test.each([
        ['without a name', { listen: '127.0.0.1:0', upstream: '127.0.0.1:1' }, error(400, 'missing required field: name')],
        ['with an empty name', { name: '', upstream: '127.0.0.1:1' }, error(400, 'missing required field: name')],
        ['without an upstream', { name: 'p', listen: '127.0.0.1:0' }, error(400, 'missing required field: upstream')],
        ['with broken JSON', '{"name":', badBody],
        ['with nothing at all', '', error(400, 'bad request body: EOF')],
        ['with a name that is a number', { name: 7, upstream: '127.0.0.1:1' }, badBody],
        ['with an array', [], badBody],
      ])('refuses one %s', async (_what, body, expected) => {
        expect(await ask('POST', '/proxies', body)).toMatchObject(expected);
      });

      test('refuses a second one of the same name', async () => {
        await created('p');
        expect(await create('p')).toMatchObject(error(409, 'proxy already exists'));
      });

      test('an address in use gives 500 and no proxy', async () => {
        const holder = createServer();
        await listening(holder);
        const listen = addressOf(holder);
        expect(await create('taken', { listen })).toMatchObject(error(500, `listen tcp ${listen}: bind: address already in use`));
        expect(await ask('GET', '/proxies/taken')).toMatchObject({ status: 404 });
        holder.close();
      });

      test.each(['GET', 'POST', 'PATCH', 'DELETE'])('%s of an unknown proxy gives 404', async (method) => {
        const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
        expect(await ask(method, '/proxies/unknown', body)).toMatchObject(error(404, 'proxy not found'));
      });

      test('a name may hold spaces and an arrow', async () => {
        await created('a -> b');
        expect(await ask('GET', '/proxies/a%20-%3E%20b')).toMatchObject({ status: 200, json: { name: 'a -> b' } });
        expect(await ask('DELETE', '/proxies/a%20-%3E%20b')).toMatchObject({ status: 204 });
      });

      describe.each(['POST', 'PATCH'])('updated by %s', (method) => {
        test('stops and starts at the same address, closing its connections', async () => {
          const { listen } = await created('p');
          const client = await dial(listen);
          await client.roundTrip();
          expect(await ask(method, '/proxies/p', { enabled: false })).toMatchObject({ status: 200, json: { enabled: false, listen } });
          await client.ended;
          await expect(dial(listen)).rejects.toThrow('ECONNREFUSED');
          expect(await ask(method, '/proxies/p', { enabled: true })).toMatchObject({ status: 200, json: { enabled: true, listen } });
          using again = await dial(listen);
          await again.roundTrip();
        });

        test('changes where it leads and keeps its toxics, its name and its address', async () => {
          const { listen } = await created('p', { upstream: '127.0.0.1:1' });
          await ask('POST', '/proxies/p/toxics', LATENCY);
          const answer = await ask(method, '/proxies/p', { name: 'q', upstream: echo.address });
          expect(answer.json).toMatchObject({ name: 'p', listen, upstream: echo.address, enabled: true, toxics: [{ type: 'latency' }] });
          using client = await dial(listen);
          await client.roundTrip();
        });

        test('an empty update changes nothing and breaks no connection', async () => {
          const { listen } = await created('p');
          using client = await dial(listen);
          await client.roundTrip();
          expect(await ask(method, '/proxies/p', {})).toMatchObject({ status: 200, json: { name: 'p', listen, enabled: true } });
          await client.roundTrip();
        });

        test('refuses broken JSON', async () => {
          await created('p');
          expect(await ask(method, '/proxies/p', '{')).toMatchObject(badBody);
        });
      });

      test('deleting one gives 204 without a body, closes its connections and frees its address', async () => {
        const { listen } = await created('p');
        const client = await dial(listen);
        await client.roundTrip();
        expect(await ask('DELETE', '/proxies/p')).toMatchObject({ status: 204, text: '' });
        await client.ended;
        await expect(dial(listen)).rejects.toThrow('ECONNREFUSED');
        await created('p', { listen });
      });
    });

    describe('toxics', () => {
      test('there are none at first', async () => {
        await created('p');
        expect(await ask('GET', '/proxies/p/toxics')).toMatchObject({ status: 200, type: 'application/json', json: [] });
      });

      test.each<[string, object, object]>([
        ['latency', { latency: 0, jitter: 0 }, { latency: 3, jitter: 1 }],
        ['bandwidth', { rate: 0 }, { rate: 9 }],
        ['slow_close', { delay: 0 }, { delay: 7 }],
        ['timeout', { timeout: 0 }, { timeout: 7 }],
        ['slicer', { average_size: 0, size_variation: 0, delay: 0 }, { average_size: 8, size_variation: 2, delay: 5 }],
        ['limit_data', { bytes: 0 }, { bytes: 12 }],
        ['reset_peer', { timeout: 0 }, { timeout: 7 }],
      ])('%s has its defaults, its name and its attributes', async (type, defaults, given) => {
        await created('p');
        const bare = { name: `${type}_downstream`, type, stream: 'downstream', toxicity: 1, attributes: defaults };
        expect(await ask('POST', '/proxies/p/toxics', { type })).toMatchObject({ status: 200, type: 'application/json', json: bare });
        const full = { name: 'mine', type, stream: 'upstream', toxicity: 0.5, attributes: given };
        expect(await ask('POST', '/proxies/p/toxics', full)).toMatchObject({ status: 200, json: full });
        expect(await ask('GET', '/proxies/p/toxics/mine')).toMatchObject({ status: 200, json: full });
        expect((await ask('GET', '/proxies/p')).json).toMatchObject({ toxics: [full, bare] });
      });

      test('they are listed upstream first, in the order they were added', async () => {
        await created('p');
        for (const [name, stream] of [
          ['d1', 'downstream'],
          ['u1', 'upstream'],
          ['d2', 'downstream'],
          ['u2', 'upstream'],
        ])
          await ask('POST', '/proxies/p/toxics', { ...LATENCY, name, stream });
        const { json } = await ask('GET', '/proxies/p/toxics');
        expect((json as { name: string }[]).map((toxic) => toxic.name)).toEqual(['u1', 'u2', 'd1', 'd2']);
      });

      test('a stream may be written in capitals', async () => {
        await created('p');
        expect(await ask('POST', '/proxies/p/toxics', { ...LATENCY, stream: 'UPSTREAM' })).toMatchObject({ status: 200 });
      });

      test.each([
        ['of an unknown type', { type: 'gremlin' }, error(400, 'invalid toxic type')],
        ['without a type', {}, error(400, 'invalid toxic type')],
        [
          'on an unknown stream',
          { ...LATENCY, stream: 'sideways' },
          error(400, 'stream was invalid, can be either upstream or downstream'),
        ],
        ['with broken JSON', '{', badBody],
        ['with nothing at all', '', error(400, 'bad request body: EOF')],
        ['with text for a number', { type: 'latency', attributes: { latency: 'long' } }, badBody],
        ['with a fraction for a whole number', { type: 'latency', attributes: { latency: 1.5 } }, badBody],
        ['with text for its toxicity', { ...LATENCY, toxicity: 'high' }, badBody],
      ])('refuses one %s', async (_what, body, expected) => {
        await created('p');
        expect(await ask('POST', '/proxies/p/toxics', body)).toMatchObject(expected);
        expect((await ask('GET', '/proxies/p/toxics')).json).toEqual([]);
      });

      test('refuses a second one of the same name, in whichever direction', async () => {
        await created('p');
        await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'one' });
        const again = await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'one', stream: 'upstream' });
        expect(again).toMatchObject(error(409, 'toxic already exists'));
      });

      test.each([
        ['GET', '/proxies/unknown/toxics'],
        ['POST', '/proxies/unknown/toxics'],
        ['GET', '/proxies/unknown/toxics/t'],
        ['PATCH', '/proxies/unknown/toxics/t'],
        ['DELETE', '/proxies/unknown/toxics/t'],
      ])('%s %s gives 404 for the proxy', async (method, path) => {
        const body = method === 'POST' || method === 'PATCH' ? LATENCY : undefined;
        expect(await ask(method, path, body)).toMatchObject(error(404, 'proxy not found'));
      });

      test.each(['GET', 'POST', 'PATCH', 'DELETE'])('%s of an unknown toxic gives 404', async (method) => {
        await created('p');
        const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
        expect(await ask(method, '/proxies/p/toxics/unknown', body)).toMatchObject(error(404, 'toxic not found'));
      });

      describe.each(['POST', 'PATCH'])('updated by %s', (method) => {
        test('changes the attributes that are given and leaves the others', async () => {
          await created('p');
          await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'slow' });
          const answer = await ask(method, '/proxies/p/toxics/slow', { attributes: { jitter: 1 } });
          expect(answer).toMatchObject({ status: 200, json: { name: 'slow', toxicity: 1, attributes: { latency: 20, jitter: 1 } } });
        });

        test('changes the toxicity, and neither name, type nor stream', async () => {
          await created('p');
          await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'slow' });
          const other = { name: 'fast', type: 'timeout', stream: 'upstream', toxicity: 0.25 };
          const kept = { name: 'slow', type: 'latency', stream: 'downstream', toxicity: 0.25, attributes: { latency: 20, jitter: 5 } };
          expect(await ask(method, '/proxies/p/toxics/slow', other)).toMatchObject({ status: 200, json: kept });
        });

        test('refuses broken JSON and keeps the toxic', async () => {
          await created('p');
          await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'slow' });
          expect(await ask(method, '/proxies/p/toxics/slow', '{')).toMatchObject(badBody);
          expect(await ask('GET', '/proxies/p/toxics/slow')).toMatchObject({ json: { attributes: { latency: 20, jitter: 5 } } });
        });
      });

      test('deleting one gives 204 without a body', async () => {
        await created('p');
        await ask('POST', '/proxies/p/toxics', { ...LATENCY, name: 'slow' });
        expect(await ask('DELETE', '/proxies/p/toxics/slow')).toMatchObject({ status: 204, text: '' });
        expect((await ask('GET', '/proxies/p/toxics')).json).toEqual([]);
      });
    });

    describe('populate', () => {
      const entry = (name: string, more: object = {}) => ({ name, listen: '127.0.0.1:0', upstream: echo.address, ...more });

      test('creates all and gives them with 201, enabled unless told otherwise', async () => {
        const answer = await ask('POST', '/populate', [entry('a'), entry('b', { enabled: false })]);
        expect(answer).toMatchObject({
          status: 201,
          json: {
            proxies: [
              { name: 'a', enabled: true, toxics: [] },
              { name: 'b', enabled: false },
            ],
          },
        });
        expect(Object.keys((await ask('GET', '/proxies')).json as object).sort()).toEqual(['a', 'b']);
      });

      test('keeps one that is the same, with its toxics and its connections', async () => {
        const { listen } = await created('a');
        await ask('POST', '/proxies/a/toxics', { ...LATENCY, name: 'slow' });
        using client = await dial(listen);
        await client.roundTrip();
        const answer = await ask('POST', '/populate', [entry('a', { listen })]);
        expect(answer).toMatchObject({ status: 201, json: { proxies: [{ name: 'a', listen, toxics: [{ name: 'slow' }] }] } });
        await client.roundTrip();
      });

      test('replaces one that differs, without its toxics, and closes its connections', async () => {
        const { listen } = await created('a');
        await ask('POST', '/proxies/a/toxics', LATENCY);
        const client = await dial(listen);
        const answer = await ask('POST', '/populate', [entry('a', { listen, upstream: '127.0.0.1:1' })]);
        expect(answer).toMatchObject({ status: 201, json: { proxies: [{ name: 'a', listen, upstream: '127.0.0.1:1', toxics: [] }] } });
        await client.ended;
      });

      test('leaves proxies that it does not name', async () => {
        await created('other');
        await ask('POST', '/populate', [entry('a')]);
        expect(await ask('GET', '/proxies/other')).toMatchObject({ status: 200 });
      });

      test.each<[string, unknown, string]>([
        ['without a name', [{ upstream: '127.0.0.1:1' }], 'missing required field: name at proxy 1'],
        ['without an upstream', [{ name: 'a', upstream: '127.0.0.1:1' }, { name: 'b' }], 'missing required field: upstream at proxy 2'],
      ])('refuses an entry %s before it creates any', async (_what, body, words) => {
        expect(await ask('POST', '/populate', body)).toMatchObject({ status: 400, json: { error: words, status: 400, proxies: null } });
        expect((await ask('GET', '/proxies')).json).toEqual({});
      });

      test('refuses broken JSON', async () => {
        expect(await ask('POST', '/populate', '[')).toMatchObject({ ...badBody, json: { ...badBody.json, proxies: null } });
      });

      test('gives what it created up to the first address in use', async () => {
        const { listen } = await created('holder');
        const answer = await ask('POST', '/populate', [entry('a'), entry('b', { listen })]);
        expect(answer).toMatchObject({
          status: 500,
          json: { error: expect.stringContaining('address already in use'), proxies: [{ name: 'a' }] },
        });
      });

      test('an empty list gives no proxies', async () => {
        expect(await ask('POST', '/populate', [])).toMatchObject({ status: 201, json: { proxies: null } });
      });
    });

    test('reset enables every proxy and removes every toxic, with 204', async () => {
      const { listen } = await created('off');
      await ask('POST', '/proxies/off', { enabled: false });
      await created('slow');
      await ask('POST', '/proxies/slow/toxics', LATENCY);
      await ask('POST', '/proxies/slow/toxics', { ...LATENCY, stream: 'upstream' });
      expect(await ask('POST', '/reset')).toMatchObject({ status: 204, text: '' });
      expect((await ask('GET', '/proxies')).json).toMatchObject({ off: { enabled: true, listen }, slow: { enabled: true, toxics: [] } });
    });

    test('toxiproxy-node-client drives all of it', async () => {
      const client = new Toxiproxy(server.url);
      expect(await client.getVersion()).toContain('version');
      const proxy = await client.createProxy({ name: 'p', listen: '127.0.0.1:0', upstream: echo.address });
      const toxic = await proxy.addToxic({
        name: 't',
        type: 'latency',
        stream: 'downstream',
        toxicity: 1,
        attributes: { latency: 5, jitter: 0 },
      });
      await toxic.update({ ...toxic.toJson(), attributes: { latency: 6, jitter: 0 } });
      expect((await proxy.getToxic('t')).attributes).toMatchObject({ latency: 6 });
      expect(await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream })).toMatchObject({ enabled: false });
      await client.reset();
      expect(await client.get('p')).toMatchObject({ enabled: true });
      expect(Object.keys(await client.populate([{ name: 'q', listen: '127.0.0.1:0', upstream: echo.address }]))).toEqual(['q']);
      await expect(proxy.getToxic('t')).rejects.toThrow('404');
      await proxy.remove();
      expect(Object.keys(await client.getAll())).toEqual(['q']);
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
