import { defineScenario, split } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'what is sent to a session is answered by the agent in its own window',
  expectation: 'two windows run the same command; only the second answers what was sent to it in pieces, under the id of its own agent',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [split('client->sessions', { direction: 'upstream', frame: { matches: { contains: 'hello' } }, every: 1, times: 1 })],
  async script({ startSession, say, openStream, until }) {
    await startSession();
    const second = await startSession();
    const client = await openStream(second);
    await say(second, 'hello');
    await until('somebody answers', () => client.texts().some((text) => text.includes('You said: hello')), { within: '4s' });
  },
  unavailable: sessionsUnavailable,
});
