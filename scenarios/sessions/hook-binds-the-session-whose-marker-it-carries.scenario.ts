import { cut, defineScenario, latency } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a hook binds the session whose marker it carries, however many sessions wait',
  expectation:
    'two sessions wait; one hook is cut in the middle, another is of a stranger, a third is late, and still each session has its own agent',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [
    latency('hook->sessions', { direction: 'upstream', delay: '100ms' }),
    cut('hook->sessions', {
      direction: 'upstream',
      frame: { matches: { contains: 'the hook of this one is lost' } },
      atByte: 40,
      how: 'rst',
    }),
  ],
  async script({ startSession, say, fired, agentAnswers }) {
    const [one, two] = await Promise.all([startSession(), startSession()]);
    await say(one, 'the hook of this one is lost');
    await say(two, 'hello !hook foreign');
    await fired('cut hook->sessions', { within: '4s' });
    await agentAnswers(two, 'hello');
    // Now nobody waits, and the late hook of a stranger is not the beginning of a session.
    await say(one, 'again !hook foreign');
    await agentAnswers(one, 'again');
  },
  unavailable: sessionsUnavailable,
});
