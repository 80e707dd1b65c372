import { defineScenario, split } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a session is there as soon as its window is ready, before any prompt',
  expectation:
    'a start whose request arrives slowly is answered with the temporary key; the id of the agent may come with the first prompt',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [split('client->sessions', { direction: 'upstream', frame: { matches: { type: 'request-head' } }, every: 5 })],
  async script({ startSession, say, openStream, until }) {
    const session = await startSession();
    const client = await openStream(session);
    await say(session, 'hello');
    await until('the agent answers', () => client.texts().some((text) => text.includes('You said: hello')), { within: '4s' });
  },
  unavailable: sessionsUnavailable,
});
