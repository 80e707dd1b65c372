// What it does while it works: calls that its user has named, and nothing else. A tool that answers with an error has answered.
import { SERVER } from '../../../base/places.ts';
import type { Check } from '../../../base/pack.ts';
import { callOf, tooQuick } from '../../base/messages.ts';
import { cancelled, needs } from '../../base/slow-call.ts';
import { type HttpMaking, withHttpSession } from '../base/http-check.ts';
import { LINK } from '../base/endpoint.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { idOf, open, statusOf } from '../base/session.ts';

const CALLS = 5;
/** An answer to a ping beside a call, at the latest. */
const PING_WITHIN = '3s';

export function work(making: HttpMaking): Record<string, Check> {
  return { ...calls(making), ...besides(making) };
}

function calls({ target: { call }, check }: HttpMaking): Record<string, Check> {
  return {
    call: check({
      title: 'your server answers calls of a tool, and leaves nothing behind',
      expectation: 'each is answered once; no process and no file outlives the server',
      check: {
        rule: HTTP_RULES.answers,
        after: `calls of ${call?.name ?? 'a tool'}`,
        cure: 'End what a call has started before its answer, or at the latest with the server.',
      },
      unavailable: needs(call, '--call <tool>'),
      within: '240s',
      script: withHttpSession(async (session) => {
        for (let index = 1; index <= CALLS; index++)
          await session.request(callOf(call, `call-${index}`), { what: `a call of ${call?.name}`, within: '30s' });
      }),
    }),
  };
}

function besides({ target: { slow }, check }: HttpMaking): Record<string, Check> {
  const needsSlow = needs(slow, '--slow <tool>');
  const slowName = slow?.name ?? 'a slow tool';
  return {
    'ping-beside-slow': check({
      title: 'your server answers a ping beside a slow call',
      expectation: 'a call that waits blocks nobody else',
      check: {
        rule: HTTP_RULES.ping,
        after: `a ping beside a call of ${slowName}`,
        hangIs: 'BLOCKED',
        cure: 'Do the work of a call beside the loop that takes requests.',
      },
      unavailable: needsSlow,
      async script(script, endpoint) {
        const session = await open(script, endpoint, LINK);
        const running = session.post(callOf(slow, 'slow'));
        await script.passed('200ms', 'the call has begun by then');
        if (running.replies.length > 0) throw tooQuick(slow);
        await session.request({ id: 'beside', method: 'ping' }, { what: `a ping beside a call of ${slowName}`, within: PING_WITHIN });
        // How it ends with a call in flight is another check's.
        await script.node(SERVER).kill('SIGKILL');
      },
    }),
    cancel: check({
      title: 'your server stops a call that is cancelled',
      expectation: 'what the call has started ends, it gets no result, and the next request is answered',
      check: {
        rule: HTTP_RULES.cancel,
        after: `a call of ${slowName} was cancelled`,
        cure: 'Give the signal of the request to what the call has started.',
      },
      unavailable: needsSlow,
      async script(script, endpoint) {
        const session = await open(script, endpoint, LINK);
        // Without a session nothing says whose call is meant.
        idOf(session);
        await cancelled(
          script,
          slow,
          () => {
            const running = session.post(callOf(slow, 'slow'));
            return { answer: () => running.replies[0], isLost: () => running.ended !== undefined };
          },
          async () => {
            const told = session.post({ method: 'notifications/cancelled', params: { requestId: 'slow', reason: 'checked' } });
            await statusOf(script, told, 'notifications/cancelled');
            await session.ping('after-cancel');
          },
        );
      },
    }),
  };
}
