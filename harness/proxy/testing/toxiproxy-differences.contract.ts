// Where our proxy differs from Toxiproxy 2.12 on purpose: one table. Each entry looks at a running server and
// says in words what it saw. A test holds both servers to their own words, and the table is rendered for the docs.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, askOf, type ContractSettings, type ServerUnderTest } from './toxiproxy.contract.ts';
import { dial, type EchoServer, echoServer, type End, silentServer } from './toxiproxy-ends.contract.ts';

interface Difference {
  what: string;
  /** What is seen on Shopify's server, and on ours. */
  toxiproxy: string;
  own: string;
  /** Why ours does not do the same. */
  because: string;
  see: (bench: Bench) => Promise<string>;
}

interface Bench {
  url: string;
  ask: Ask;
  echo: EchoServer;
  silent: EchoServer;
  /** A proxy named p with these toxics and a connection through it, both ends in hand. */
  connected: (toxics: readonly object[], options?: { echoing?: boolean }) => Promise<{ client: End; accepted: End; listen: string }>;
}

const DIFFERENCES: readonly Difference[] = [
  {
    what: '`reset_peer` added to a live connection, when its next bytes come',
    toxiproxy: 'dialler fin, upstream fin',
    own: 'dialler ECONNRESET, upstream ECONNRESET',
    because: 'a fault that is called a reset must be one, also where the connection is older than the toxic',
    async see({ ask, connected }) {
      const { client, accepted } = await connected([]);
      await ask('POST', '/proxies/p/toxics', { type: 'reset_peer', stream: 'upstream', attributes: { timeout: 0 } });
      client.socket.write('x');
      return `dialler ${await client.ended}, upstream ${await accepted.ended}`;
    },
  },
  {
    what: '`reset_peer` of 20 ms on a connection without traffic',
    toxiproxy: 'nothing happens',
    own: 'dialler ECONNRESET',
    because: 'Toxiproxy waits for bytes before its time begins to run; ours runs from the moment the toxic meets the connection',
    async see({ connected }) {
      const { client } = await connected([{ type: 'reset_peer', attributes: { timeout: 20 } }]);
      const ended = await Promise.race([client.ended, sleep(400, undefined)]);
      return ended === undefined ? 'nothing happens' : `dialler ${ended}`;
    },
  },
  {
    what: 'a dial when nothing listens at the upstream',
    toxiproxy: 'dialler fin',
    own: 'dialler ECONNRESET',
    because: 'without a proxy such a dial is an error, and a program that does not expect one must not be spared it',
    async see({ ask }) {
      const { json } = await ask('POST', '/proxies', { name: 'p', listen: '127.0.0.1:0', upstream: '127.0.0.1:1' });
      using client = await dial((json as { listen: string }).listen);
      return `dialler ${await client.ended}`;
    },
  },
  {
    what: 'a dialler that ends its half and waits for the reply',
    toxiproxy: 'the reply is lost',
    own: 'the reply arrives',
    because: 'a half-close is legal in TCP; a relay that turns it into a close invents a fault that nobody asked for',
    async see({ connected }) {
      const { client, accepted } = await connected([]);
      client.socket.end('question');
      await accepted.ended;
      // Toxiproxy closes the dialler's side too; where that does not come, the reply is what tells.
      await Promise.race([client.ended, sleep(100)]);
      // The server under test may have closed already: writing into that is the point.
      accepted.socket.write('answer');
      const got = await client.received(6, 500).catch(() => '');
      return got === 'answer' ? 'the reply arrives' : 'the reply is lost';
    },
  },
  {
    what: 'a toxicity of 0.5 on one connection while another toxic is edited 30 times',
    toxiproxy: 'its fate changes',
    own: 'one fate for its whole life',
    because: 'toxicity is a hash of the seed, the toxic and the connection, so nothing that is edited elsewhere can move it',
    async see({ ask, connected }) {
      const { client } = await connected(
        [
          { name: 'maybe', type: 'latency', toxicity: 0.5, attributes: { latency: 15 } },
          { name: 'other', type: 'latency', attributes: { latency: 0 } },
        ],
        { echoing: true },
      );
      const fates = new Set<boolean>();
      for (let edit = 0; edit < 30; edit++) {
        // Toxiproxy rolls again for a toxic that stands before the one that is removed and added.
        await ask('DELETE', '/proxies/p/toxics/other');
        await ask('POST', '/proxies/p/toxics', { name: 'other', type: 'latency', attributes: { latency: 0 } });
        fates.add((await client.roundTrip()) >= 13);
      }
      return fates.size === 1 ? 'one fate for its whole life' : 'its fate changes';
    },
  },
  {
    what: 'a toxic added while a reader has stopped reading',
    toxiproxy: 'no answer within a second, also for every other call about this proxy',
    own: 'answered',
    because: 'a control call never waits for the data path, so a stuck system cannot freeze the injector',
    async see({ ask, connected }) {
      const { client, accepted } = await connected([]);
      client.socket.pause();
      const pushing = Buffer.alloc(8 * 1024 * 1024);
      accepted.socket.write(pushing);
      await full(accepted.socket);
      const answers = (answer: Promise<unknown>) =>
        Promise.race([
          answer.then(
            () => true,
            () => true,
          ),
          sleep(1000, false),
        ]);
      const added = await answers(ask('POST', '/proxies/p/toxics', { type: 'latency', attributes: { latency: 1 } }));
      const shown = await answers(ask('GET', '/proxies/p'));
      client.socket.destroy();
      if (added && shown) return 'answered';
      return `no answer within a second${shown ? '' : ', also for every other call about this proxy'}`;
    },
  },
  {
    what: '`timeout` of 150 ms on a connection that sends a byte every 50 ms',
    toxiproxy: 'still open after 600 ms',
    own: 'closed by then',
    because: 'Toxiproxy starts its time anew at every chunk, so a peer with a heartbeat is never closed',
    async see({ connected }) {
      const { client } = await connected([{ type: 'timeout', stream: 'upstream', attributes: { timeout: 150 } }]);
      const beat = setInterval(() => client.socket.write('.'), 50);
      const ended = await Promise.race([client.ended, sleep(600, undefined)]);
      clearInterval(beat);
      return ended === undefined ? 'still open after 600 ms' : 'closed by then';
    },
  },
  {
    what: 'a listen address `unix:/path`',
    toxiproxy: 'refused with 500',
    own: 'created with 201',
    because: 'every link of a system is a socket, and most of those between programs of one machine are Unix sockets',
    async see({ ask, echo }) {
      const folder = await mkdtemp(join(tmpdir(), 'tw-unix-'));
      const answer = await ask('POST', '/proxies', { name: 'u', listen: `unix:${join(folder, 's')}`, upstream: echo.address });
      await ask('DELETE', '/proxies/u');
      await rm(folder, { recursive: true, force: true });
      return answer.status === 201 ? 'created with 201' : `refused with ${answer.status}`;
    },
  },
  {
    what: 'a toxic on the stream `both`',
    toxiproxy: 'refused with 400',
    own: 'created with 200',
    because: 'a link that stalls or slows does so in both directions more often than not',
    see: ({ ask, connected }) => adding(ask, connected, { type: 'latency', stream: 'both', attributes: { latency: 1 } }),
  },
  {
    what: 'a toxic that cuts inside a frame (`cut`, and the other types in `GET /capabilities`)',
    toxiproxy: 'refused with 400',
    own: 'created with 200',
    because: 'exact faults are what the harness is for',
    see: ({ ask, connected }) => adding(ask, connected, { type: 'cut', attributes: { how: 'rst', at_byte: 5 } }),
  },
  {
    what: 'a `latency` of 9223372036854775807 ms (`Long.MAX_VALUE`)',
    toxiproxy: 'taken with 200, and the bytes pass at once',
    own: 'refused with 400',
    because: 'counted in nanoseconds it overflows there, so the fault is none; here every time is exact, and a year is the longest',
    async see({ ask, connected }) {
      const { client, accepted } = await connected([]);
      const toxic = '{"type":"latency","stream":"upstream","attributes":{"latency":9223372036854775807}}';
      const { status } = await ask('POST', '/proxies/p/toxics', toxic);
      if (status !== 200) return `refused with ${status}`;
      client.socket.write('x');
      await accepted.received(1);
      return 'taken with 200, and the bytes pass at once';
    },
  },
  {
    what: 'times of more than a year (`latency`, `slow_close`, `timeout`, `reset_peer`)',
    toxiproxy: 'taken with 200',
    own: 'refused with 400',
    because: 'nobody can prove them, and a mistaken unit is told at once',
    async see({ ask, connected }) {
      await connected([]);
      const times = { latency: 'latency', slow_close: 'delay', timeout: 'timeout', reset_peer: 'timeout' };
      const answers = Object.entries(times).map(([type, name]) =>
        ask('POST', '/proxies/p/toxics', { type, attributes: { [name]: 31_536_000_001 } }),
      );
      const statuses = new Set((await Promise.all(answers)).map(({ status }) => status));
      return `${statuses.has(200) ? 'taken' : 'refused'} with ${[...statuses].join(', ')}`;
    },
  },
  {
    what: '`bandwidth` with a rate of -1, when bytes come',
    toxiproxy: 'the server dies',
    own: 'nothing passes, as with a rate of 0',
    because: 'an injector must outlive what it is told (there: slice bounds out of range)',
    see: (bench) => sending(bench, { type: 'bandwidth', stream: 'upstream', attributes: { rate: -1 } }),
  },
  {
    what: '`slicer` with a `size_variation` that is larger than its `average_size`, when bytes come',
    toxiproxy: 'the server dies',
    own: 'everything passes, in slices of at least a byte',
    because: 'an injector must outlive what it is told (there: slice bounds out of range)',
    see: (bench) =>
      sending(bench, { type: 'slicer', stream: 'upstream', attributes: { average_size: 10, size_variation: 1000, delay: 0 } }),
  },
  {
    what: 'a request with `Host: evil.example`, with an `Origin`, with `Sec-Fetch-Site: cross-site`',
    toxiproxy: '200, 200, 200',
    own: '403, 403, 403',
    because: 'a web page, also one whose name is made to point here (DNS rebinding), must not open ports and read what passes',
    async see({ url }) {
      const headers = [{ host: 'evil.example' }, { origin: 'http://evil.example' }, { 'sec-fetch-site': 'cross-site' }];
      return (await Promise.all(headers.map((each) => statusOf(`${url}/proxies`, each)))).join(', ');
    },
  },
  {
    what: '`GET /capabilities`, `GET /connections` and `GET /events?follow=0`',
    toxiproxy: '404, 404, 404',
    own: '200, 200, 200',
    because: 'a fault is only worth something when it can be proved that it happened',
    async see({ ask }) {
      const answers = await Promise.all(['/capabilities', '/connections', '/events?follow=0'].map((path) => ask('GET', path)));
      return answers.map((answer) => answer.status).join(', ');
    },
  },
];

/** What the buffers on the way can take, they have taken: the kernel has taken no more for ten looks in a row. */
async function full(socket: Socket): Promise<void> {
  let [left, same] = [socket.writableLength, 0];
  for (let look = 0; look < 500 && same < 10; look++) {
    await sleep(10);
    same = socket.writableLength === left ? same + 1 : 0;
    left = socket.writableLength;
  }
  if (same < 10) throw new Error('the buffers on the way were not full after 500 looks');
}

/** Sends through a toxic that is nonsense. */
async function sending({ ask, connected }: Bench, toxic: object): Promise<string> {
  const { client, accepted } = await connected([toxic]);
  const bytes = 60_000;
  client.socket.write(Buffer.alloc(bytes));
  const all = await accepted.received(bytes, 2_500).then(
    () => true,
    () => false,
  );
  const alive = await ask('GET', '/version').then(
    () => true,
    () => false,
  );
  if (!alive) return 'the server dies';
  return all ? 'everything passes, in slices of at least a byte' : 'nothing passes, as with a rate of 0';
}

/** fetch would set some of these headers itself. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

async function adding(ask: Ask, connected: Bench['connected'], toxic: object): Promise<string> {
  await connected([]);
  const { status } = await ask('POST', '/proxies/p/toxics', toxic);
  return status === 200 ? 'created with 200' : `refused with ${status}`;
}

export function toxiproxyDifferencesContract(settings: ContractSettings & { side: 'own' | 'toxiproxy' }): void {
  describe(`where ${settings.name} stands on the intended differences`, () => {
    let echo: EchoServer;
    let silent: EchoServer;
    beforeAll(async () => {
      [echo, silent] = await Promise.all([echoServer(), silentServer()]);
    });
    afterAll(async () => {
      await echo?.[Symbol.asyncDispose]();
      await silent?.[Symbol.asyncDispose]();
    });

    // A server of its own for each: some of them leave Toxiproxy frozen.
    test.each(DIFFERENCES)('$what', async (difference) => {
      await using server: ServerUnderTest = await settings.start();
      const opened: End[] = [];
      const ask = askOf(server.url);
      const bench: Bench = {
        url: server.url,
        ask,
        echo,
        silent,
        async connected(toxics, { echoing = false } = {}) {
          const upstream = echoing ? echo : silent;
          const answer = await ask('POST', '/proxies', { name: 'p', listen: '127.0.0.1:0', upstream: upstream.address });
          for (const toxic of toxics) expect(await ask('POST', '/proxies/p/toxics', toxic)).toMatchObject({ status: 200 });
          const { listen } = answer.json as { listen: string };
          const index = upstream.accepted.length;
          const client = await dial(listen);
          opened.push(client);
          return { client, accepted: await upstream.connection(index), listen };
        },
      };
      try {
        expect(await difference.see(bench)).toBe(difference[settings.side]);
      } finally {
        for (const end of opened) end.socket.destroy();
      }
    });
  });
}

export function renderDifferences(): string {
  const rows = DIFFERENCES.map(({ what, toxiproxy, own, because }) => `| ${what} | ${toxiproxy} | ${own} | ${because} |`);
  return `# Where our proxy differs from Toxiproxy

Any client of Toxiproxy drives Tornwire's fault proxy. It has the same routes, fields, words and status codes, and
the same toxics. The contract in \`harness/proxy/testing/toxiproxy.contract.ts\` runs against Shopify's Toxiproxy 2.12
and against ours. The table lists the differences that are there on purpose.
\`harness/proxy/testing/toxiproxy.contract.test.ts\` looks at each row on both servers, and keeps this file current.

| what | Toxiproxy 2.12 | Tornwire's proxy | why |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
