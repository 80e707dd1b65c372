import { defineScenario, stall } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'without any hook each session shows the messages of its own transcript',
  expectation: 'while hooks stall, a transcript that is written late is still that of the session whose marker it carries',
  tags: ['gate', 'sessions'],
  // How long an agent waits for its hook, and so how late the first transcript is.
  system: sessionsStack({ CLI_HOOK_WITHIN_MS: '700' }),
  schedule: [stall('hook->sessions', { direction: 'upstream', frame: { matches: { contains: 'UserPromptSubmit' } }, mustFire: 2 })],
  async script({ startSession, say, agentAnswers }) {
    const [late, early] = await Promise.all([startSession(), startSession()]);
    await say(late, 'hello !hook early');
    await say(early, 'hello');
    for (const session of [early, late]) await agentAnswers(session, 'hello');
  },
  unavailable: sessionsUnavailable,
});
