// What clients do to it that are no good clients: they go in the middle of something, or are gone without a word.
import { cut } from '../../../../model/faults/steps.ts';
import type { Step } from '../../../../model/faults/fault.ts';
import type { Script } from '../../../../model/scenario.ts';
import { NotApplicable } from '../../../base/broken.ts';
import type { Check } from '../../../base/pack.ts';
import { SERVER } from '../../../base/places.ts';
import { callOf, tooQuick } from '../../base/messages.ts';
import { BYTES, type Endpoint, LINK } from '../base/endpoint.ts';
import { isStream } from '../base/exchange.ts';
import type { HttpMaking } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { listening, open, statusOf, type HttpSession } from '../base/session.ts';

type Going = 'fin' | 'rst';

const GONE = 'gone without a word';
export function leaving(making: HttpMaking): Record<string, Check> {
  const { check } = making;
  return {
    vanish: check({
      title: 'your server lives through clients that go in the middle of something',
      expectation: 'in a request, in its answer, in a stream: the others are served',
      check: { rule: HTTP_RULES.disconnection, after: 'clients went in the middle of a request, an answer and a stream' },
      schedule: ends('fin'),
      script: (script, endpoint) => clientsGo('fin', making, script, endpoint),
    }),
    resets: check({
      title: 'your server lives through connections that are reset',
      expectation: 'in a request, in its answer, in a stream: the others are served',
      check: { rule: HTTP_RULES.reset, after: 'connections were reset' },
      schedule: ends('rst'),
      script: (script, endpoint) => clientsGo('rst', making, script, endpoint),
    }),
    'half-open': check({
      title: 'your server serves others while a client is gone without a word',
      expectation: 'half a request that nobody ends keeps nobody waiting',
      check: { rule: HTTP_RULES.gone, after: 'a client was gone without a word in the middle of a request' },
      schedule: [cut(LINK, { id: GONE, how: 'blackhole', direction: 'upstream', connection: 1, frame: { index: 2 }, atByte: 20 })],
      async script(script, endpoint) {
        const session = await open(script, endpoint, BYTES);
        session.post({ id: 'half', method: 'ping' }, { link: LINK });
        await script.fired(GONE, { within: '10s' });
        await session.ping('next', 'the ping of another connection');
      },
    }),
    'listens-again': check({
      title: 'your server gives a client that has lost its stream another one',
      expectation: 'a GET after a reset is answered with a stream',
      check: {
        rule: HTTP_RULES.listening,
        after: 'the client lost its stream and listened again',
        cure: 'Forget a stream when its connection has ended.',
      },
      script: listensAgain,
    }),
  };
}

/** Each connection ends at another place. */
function ends(how: Going): Step[] {
  const upstream = { how, direction: 'upstream' } as const;
  return [
    cut(LINK, { id: 'in the head of a request', ...upstream, connection: 1, atByte: 20 }),
    cut(LINK, { id: 'in the body of a request', ...upstream, connection: 2, frame: { index: 2 }, atByte: 20 }),
    cut(LINK, { id: 'in the answer', how, direction: 'downstream', connection: 3, atByte: 30 }),
  ];
}

async function clientsGo(how: Going, { target: { slow } }: HttpMaking, script: Script, endpoint: Endpoint): Promise<void> {
  const session = await open(script, endpoint, BYTES);
  for (const connection of [1, 2, 3]) {
    const exchange = session.post({ id: `cut-${connection}`, method: 'ping' }, { link: LINK });
    await script.until(`connection ${connection} ends`, () => exchange.ended !== undefined, { within: '10s' });
    await session.ping(`after-${connection}`, 'the ping of another connection');
  }
  (await listening(session)).leave(how);
  await session.ping('after-stream', 'a ping after its stream was lost');
  if (slow !== undefined) await goesBesideCall(how, slow, script, session);
}

/** That nobody waits for it any more does not cancel it. How it ends with a call in flight is another check's. */
async function goesBesideCall(how: Going, slow: HttpMaking['target']['slow'], script: Script, session: HttpSession): Promise<void> {
  const call = session.post(callOf(slow, 'slow'));
  await script.passed('300ms', 'the call has begun by then');
  if (call.replies.length > 0) throw tooQuick(slow);
  call.leave(how);
  await session.ping('after-call', `a ping after the connection of a call of ${slow?.name} was lost`);
  await script.node(SERVER).kill('SIGKILL');
}

async function listensAgain(script: Script, endpoint: Endpoint): Promise<void> {
  const session = await open(script, endpoint, LINK);
  const stream = await listening(session);
  const { status } = stream;
  if (status !== 200 || !isStream(stream.headers))
    throw new NotApplicable(`it offers no stream to listen on (${status === undefined ? 'no answer to a GET' : `HTTP ${status}`})`);
  stream.leave('rst');
  await script.until(
    'your server answers another GET with a stream',
    async () => {
      const next = session.listen();
      const got = await statusOf(script, next, 'another GET');
      next.leave('fin');
      if (got === 200 && isStream(next.headers)) return true;
      throw new Error(`it answered with HTTP ${got}`);
    },
    { within: '8s' },
  );
}
