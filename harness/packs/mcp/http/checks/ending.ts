// How it ends: nobody closes its stdin, so SIGTERM is the only way.
import type { Script } from '../../../../model/scenario.ts';
import { endsOnTerm } from '../../../base/ends-on-term.ts';
import type { Check } from '../../../base/pack.ts';
import { callOf, tooQuick } from '../../base/messages.ts';
import { needs } from '../../base/slow-call.ts';
import { type Endpoint, LINK } from '../base/endpoint.ts';
import type { HttpMaking } from '../base/http-check.ts';
import { HTTP_RULES } from '../base/rules.ts';
import { listening, open } from '../base/session.ts';

/** Asked by a signal, it may end with any exit code. */
const ANY_CODE = { exits: 'any code' } as const;

export function ending({ target: { slow }, check }: HttpMaking): Record<string, Check> {
  const wording = { rule: HTTP_RULES.signal, hangIs: 'DEAF' };
  return {
    'term-idle': check({
      title: 'your server ends on SIGTERM',
      expectation: 'it and its children are gone soon after',
      check: { ...wording, after: 'SIGTERM', cure: 'Let SIGTERM end the program, or end it in its handler.' },
      lack: ANY_CODE,
      script: (script) => endsOnTerm(script),
    }),
    'term-with-stream': check({
      title: 'your server ends on SIGTERM while clients are connected',
      expectation: 'it does not wait until their streams and connections end',
      check: {
        ...wording,
        after: 'SIGTERM with a stream and a connection open',
        cure: 'On SIGTERM, end streams and connections (closeAllConnections): closing the listener alone waits for them.',
      },
      lack: ANY_CODE,
      script: endsWithClients,
    }),
    'term-busy': check({
      title: 'your server ends on SIGTERM while it works',
      expectation: 'it and what its calls have started are gone soon after',
      check: {
        ...wording,
        after: `SIGTERM during a call of ${slow?.name ?? 'a slow tool'}`,
        cure: 'On SIGTERM, end running calls with their children, then exit.',
      },
      lack: ANY_CODE,
      unavailable: needs(slow, '--slow <tool>'),
      async script(script, endpoint) {
        const session = await open(script, endpoint, LINK);
        const running = session.post(callOf(slow, 'slow'));
        await script.passed('300ms', 'the call has begun by then');
        if (running.replies.length > 0) throw tooQuick(slow);
        await endsOnTerm(script);
      },
    }),
  };
}

async function endsWithClients(script: Script, endpoint: Endpoint): Promise<void> {
  const { Agent } = process.getBuiltinModule('node:http');
  const agent = new Agent({ keepAlive: true });
  script.defer(() => agent.destroy());
  const session = await open(script, endpoint, LINK);
  await session.ping('kept', 'ping', { agent });
  await listening(session);
  await endsOnTerm(script);
}
