// What a server does while it works: calls that its user has named, and nothing else. A tool that answers with an error has
// answered.
import type { Check } from '../../base/pack.ts';
import { SERVER } from '../../base/places.ts';
import type { Making } from '../base/mcp-check.ts';
import { callOf, tooQuick } from '../base/messages.ts';
import { RULES } from '../base/rules.ts';
import { line, pingIs, withSession } from '../base/session.ts';
import { cancelled, needs } from '../base/slow-call.ts';

const CALLS = 5;
/** An answer to a ping beside a call, at the latest. */
const PING_WITHIN = '3s';

export function work(making: Making): Record<string, Check> {
  return { ...calls(making), ...besides(making) };
}

function calls({ target: { call }, check }: Making): Record<string, Check> {
  return {
    call: check({
      title: 'your server answers calls of a tool, and leaves nothing behind',
      expectation: 'each is answered once; no process and no file outlives the server',
      check: {
        rule: RULES.answers,
        after: `calls of ${call?.name ?? 'a tool'}`,
        cure: 'End what a call has started before its answer, or at the latest with the server.',
      },
      unavailable: needs(call, '--call <tool>'),
      within: '240s',
      script: withSession(async (session, script) => {
        const bytes = Buffer.from(line(callOf(call, 'pieces')));
        const half = Math.floor(bytes.length / 2);
        session.write(bytes.subarray(0, half));
        await script.passed('200ms', 'the second half of the request comes in a read of its own');
        session.write(bytes.subarray(half));
        await session.answer('pieces', `a call of ${call?.name}`, '30s');
        for (let index = 1; index <= CALLS; index++) await session.request(callOf(call, `call-${index}`), '30s');
        await pingIs(session, 'after-calls');
      }),
    }),
  };
}

function besides({ target: { slow }, check }: Making): Record<string, Check> {
  const unavailable = needs(slow, '--slow <tool>');
  return {
    'ping-beside-slow': check({
      title: 'your server answers a ping beside a slow call',
      expectation: 'a call that waits blocks nobody else',
      check: {
        rule: RULES.ping,
        after: `a ping beside a call of ${slow?.name ?? 'a slow tool'}`,
        hangIs: 'BLOCKED',
        cure: 'Do the work of a call beside the loop that reads stdin.',
      },
      unavailable,
      script: withSession(async (session, script) => {
        session.send(callOf(slow, 'slow'));
        await script.passed('200ms', 'the call has begun by then');
        if (session.replies('slow').length > 0) throw tooQuick(slow);
        session.send({ id: 'beside', method: 'ping' });
        await session.answer('beside', `a ping beside a call of ${slow?.name}`, PING_WITHIN);
        // How it ends with a call in flight is another check's.
        await script.node(SERVER).kill('SIGKILL');
      }),
    }),
    cancel: check({
      title: 'your server stops a call that is cancelled',
      expectation: 'what the call has started ends, it gets no result, and the next request is answered',
      check: {
        rule: RULES.cancel,
        after: `a call of ${slow?.name ?? 'a slow tool'} was cancelled`,
        cure: 'Give the signal of the request to what the call has started.',
      },
      unavailable,
      script: withSession((session, script) =>
        cancelled(
          script,
          slow,
          () => {
            session.send(callOf(slow, 'slow'));
            return { answer: () => session.replies('slow')[0], isLost: () => session.ended !== undefined };
          },
          async () => {
            session.send({ method: 'notifications/cancelled', params: { requestId: 'slow', reason: 'checked' } });
            await pingIs(session, 'after-cancel');
          },
        ),
      ),
    }),
  };
}
