import { cut, defineScenario, fault, latency } from 'tornwire';
import { sessionsStack, sessionsUnavailable, wordsInSessions } from '../../fixtures/stack.ts';

const system = sessionsStack();

export default defineScenario({
  title: 'hooks that are late, lost or repeated change nothing that a client reads',
  expectation: 'each session is bound to its own agent, and a client reads every message and every answer once',
  tags: ['gate', 'sessions'],
  system: { ...system, views: [...(system.views ?? []), ...wordsInSessions] },
  schedule: [
    // Later than the answer, which the agent does not hold back for more than a moment.
    latency('hook->sessions', { direction: 'upstream', delay: '150ms', mustFire: 3 }),
    cut('hook->sessions', { direction: 'upstream', frame: { matches: { contains: 'lost on its way' } }, atByte: 25, how: 'fin' }),
    // The hook has been taken, and its agent never learns that.
    fault(
      'hook->sessions',
      { kind: 'drop' },
      { id: 'no answer', direction: 'downstream', frame: { matches: { type: 'response-head' } }, times: 1 },
    ),
  ],
  async script({ startSession, say, fired, agentAnswers }) {
    const [late, lost, twice] = await Promise.all([startSession(), startSession(), startSession()]);
    await Promise.all([say(late, 'hello !hook early'), say(lost, 'lost on its way'), say(twice, 'hello !hook twice')]);
    await fired('cut hook->sessions', { within: '4s' });
    await agentAnswers(lost, 'lost on its way');
    for (const session of [late, twice]) await agentAnswers(session, 'hello');
    await say(lost, 'again !hook late 50');
    await agentAnswers(lost, 'again');
  },
  truths: ['agents', 'words'],
  unavailable: sessionsUnavailable,
});
