// Requests in pieces, many at once, big ones, many clients.
import { split } from '../../../../model/faults/steps.ts';
import type { Script } from '../../../../model/scenario.ts';
import { Broken, NotApplicable } from '../../../base/broken.ts';
import type { Check } from '../../../base/pack.ts';
import { SERVER } from '../../../base/places.ts';
import { FOREIGN } from '../../base/messages.ts';
import { BYTES, type Endpoint, LINK } from '../base/endpoint.ts';
import type { Exchange } from '../base/exchange.ts';
import { type HttpMaking, withHttpSession } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { pipeline } from '../base/pipeline.ts';
import { bodyOf, listening, open, replyTo } from '../base/session.ts';

const BURST = 50;
const CONNECTIONS = 10;
const BIG_BYTES = 1_000_000;
/** An answer bears the id of its request. So these are more than sockets hold: tcp(7), tcp_wmem and tcp_rmem. */
const UNREAD = 400;
const UNREAD_BYTES = 60_000;
/** After two rounds that warm up. */
const ROUNDS = 8;

export function volume(making: HttpMaking): Record<string, Check> {
  return { ...sizes(making), ...clients(making), ...unread(making) };
}

function unread({ check }: HttpMaking): Record<string, Check> {
  return {
    'slow-reader': check({
      title: 'your server serves others while a client does not read, and loses none of its answers',
      expectation: `the answers to ${UNREAD} pings on one connection come once it is read, each once and in order`,
      check: {
        rule: HTTP_RULES.slow,
        after: 'a client did not read its answers for a while',
        cure: 'Wait for the drain event of that connection alone, and take no more requests from it meanwhile.',
      },
      async script(script, endpoint) {
        const session = await open(script, endpoint, BYTES);
        const ids = Array.from({ length: UNREAD }, (_, index) => `${index} ${'x'.repeat(UNREAD_BYTES)}`);
        const slow = pipeline(
          script,
          endpoint,
          session,
          ids.map((id) => bodyOf({ id, method: 'ping' })),
        );
        for (let before = -1; slow.sent > before;) {
          before = slow.sent;
          await script.passed('500ms', 'its answers fill whatever is between them');
        }
        await session.ping('beside', 'a ping beside a client that does not read');
        slow.socket.resume();
        await script.until(
          `your server answers each of ${UNREAD} pings once it is read again`,
          () => {
            if (slow.answers.length >= UNREAD || slow.isOver) return true;
            throw new Error(`${slow.answers.length} of ${UNREAD} answers have come`);
          },
          { within: '30s' },
        );
        if (slow.answers.length === 0) throw new NotApplicable('it ends a connection that brings many requests at once');
        const refused = slow.answers.find(({ status }) => status >= 400);
        if (refused) throw new NotApplicable(`it refuses so many (HTTP ${refused.status})`);
        for (const [index, { body }] of slow.answers.entries())
          if (!body.includes(`"${ids[index]}"`))
            throw new Broken('LOST', `your server sent ${quoted(body)} in the place of the answer to ping ${index + 1} of ${UNREAD}`);
      },
    }),
  };
}

const quoted = (body: string): string => (body === '' ? 'nothing' : `'${body.slice(0, 100)}'`);

function sizes({ check }: HttpMaking): Record<string, Check> {
  const upstream = { direction: 'upstream', every: 1 } as const;
  return {
    'split-everywhere': check({
      title: 'your server puts requests together that come byte by byte',
      expectation: 'a body ends where its length says, wherever reads and characters are cut',
      check: {
        rule: HTTP_RULES.stream,
        after: 'requests came one byte at a time, also inside a character',
        cure: 'Collect the bytes of the whole body, and decode them together.',
      },
      schedule: [
        split(LINK, { id: 'the head byte by byte', ...upstream, connection: 1, frame: { index: 1 } }),
        split(LINK, { id: 'the body byte by byte', ...upstream, connection: 2, frame: { index: 2 } }),
      ],
      async script(script, endpoint) {
        const session = await open(script, endpoint, BYTES);
        await session.ping('head', 'a request whose head comes byte by byte', { link: LINK });
        await session.ping(FOREIGN, 'a request whose body comes byte by byte', { link: LINK });
      },
    }),
    'fifty-at-once': check({
      title: 'your server answers fifty requests at once, each in its own answer',
      expectation: `they come over ${CONNECTIONS} connections`,
      check: { rule: HTTP_RULES.answers, after: 'fifty requests came at once' },
      script: withHttpSession(async (session, script) => {
        const { Agent } = process.getBuiltinModule('node:http');
        const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
        script.defer(() => agent.destroy());
        const ids = Array.from({ length: BURST }, (_, index) => `burst-${index}`);
        const exchanges = ids.map((id) => session.post({ id, method: 'ping' }, { agent }));
        await allOver(script, exchanges);
        for (const [index, exchange] of exchanges.entries()) {
          await replyTo(script, exchange, ids[index] ?? '', `one of ${BURST} pings`, '5s');
          if (exchange.replies.length > 1)
            throw new Broken('WRONG ANSWER', `your server sent ${exchange.replies.length} responses to one ping`);
        }
      }),
    }),
    'one-megabyte': check({
      title: 'your server takes a request of 1 MB, or refuses it, and goes on',
      expectation: 'the next ping is answered',
      check: { rule: HTTP_RULES.size, after: 'a request of 1 MB', cure: 'Answer 413 to what is too big for you.' },
      script: withHttpSession(async (session, script) => {
        const big = { id: 'big', method: 'ping', params: { _meta: { pad: 'x'.repeat(BIG_BYTES) } } };
        const exchange = session.post(big, { link: BYTES });
        const isOver = (): boolean => exchange.replies.length > 0 || exchange.isWhole || exchange.ended !== undefined;
        await script.until('your server answers a request of 1 MB, or refuses it', isOver, { within: '15s' });
      }),
    }),
  };
}

async function allOver(script: Script, exchanges: readonly Exchange[]): Promise<void> {
  const isOver = ({ isWhole, ended, replies }: Exchange): boolean => isWhole || ended !== undefined || replies.length > 0;
  await script.until(
    `your server answers each of ${exchanges.length} pings`,
    () => {
      const missing = exchanges.filter((each) => !isOver(each)).length;
      if (missing === 0) return true;
      throw new Error(`${missing} of ${exchanges.length} answers have not come`);
    },
    { within: '20s' },
  );
}

function clients({ check }: HttpMaking): Record<string, Check> {
  return {
    'two-clients': check({
      title: 'your server serves two clients beside each other',
      expectation: 'each gets its own answers, also where both use the same ids',
      check: {
        rule: HTTP_RULES.clients,
        after: 'two clients asked at once',
        cure: 'Make a transport and a server object for each session (in the TypeScript SDK), not one for all.',
      },
      async script(script, endpoint) {
        const first = await open(script, endpoint, LINK);
        const second = await open(script, endpoint, LINK);
        if (first.id !== undefined && first.id === second.id)
          throw new Broken('SHARED SESSION', 'your server gave two clients the same session id');
        for (const id of ['same-1', 'same-2', 'same-3'])
          await Promise.all(
            [first, second].map((session) => session.request({ id, method: 'ping' }, { what: 'two clients with the same id' })),
          );
      },
    }),
    'come-and-go': check({
      title: 'your server holds nothing of sessions that come and go',
      expectation: 'its sockets, descriptors, threads and processes come back to where they were',
      check: {
        rule: HTTP_RULES.descriptors,
        after: 'sessions came and went',
        cure: 'End what a session has opened when its client ends it, and streams when their connection has ended.',
      },
      within: '90s',
      script: (script, endpoint) =>
        script.cycles(
          'two sessions',
          async () => {
            await Promise.all([0, 1].map((index) => comeAndGo(script, endpoint, index === 0 ? 'fin' : 'rst')));
          },
          { nodes: [SERVER], count: ROUNDS },
        ),
    }),
  };
}

async function comeAndGo(script: Script, endpoint: Endpoint, how: 'fin' | 'rst'): Promise<void> {
  const session = await open(script, endpoint, BYTES);
  const stream = await listening(session);
  await session.ping('one');
  stream.leave(how);
  if (session.id !== undefined) (await session.end()).leave('fin');
}
