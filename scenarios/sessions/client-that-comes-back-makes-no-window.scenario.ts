import { cut, defineScenario } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a client that comes back gets its history and no window is made for it',
  expectation: 'however often its connection is cut, it is told what was said before, and the supervisor holds as much as before',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [
    cut('client->sessions', {
      direction: 'upstream',
      frame: { matches: { type: 'ping' } },
      atByte: 0,
      how: 'rst',
      times: 1_000,
      mustFire: 10,
    }),
  ],
  async script({ startSession, say, openStream, cycles, until, agentAnswers }) {
    const session = await startSession();
    await say(session, 'hello');
    await agentAnswers(session, 'hello');
    // Nothing but its window is needed for what is counted.
    const quiet = await startSession({ agent: 'quiet', command: ['sh', '-c', 'echo ready; exec sleep 60'] });
    await cycles('a client comes and goes', async () => {
      const client = await openStream(quiet);
      // The ping is what the cut waits for; it never arrives.
      client.ping().catch(() => undefined);
      await until('the client is cut off', () => client.closed, { within: '5s' });
    });
    const back = await openStream(session);
    await until('it is told what was said', () => back.texts().some((text) => text.includes('You said: hello')), { within: '4s' });
  },
  // The windows themselves are counted.
  truths: ['agents'],
  within: '60s',
  unavailable: sessionsUnavailable,
});
