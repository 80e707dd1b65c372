import { defineScenario, stall } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a supervisor that is told to stop leaves no window and no process behind',
  expectation:
    'agents that wait for a stalled hook, ignore SIGHUP and SIGTERM or have left a process of their own end with their supervisor',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [stall('hook->sessions', { direction: 'upstream', frame: { matches: { contains: 'ignore-term' } } })],
  async script({ startSession, say, fired, agentAnswers }) {
    const [one, two] = await Promise.all([startSession(), startSession()]);
    await say(one, '!ignore-hup !ignore-term !silence');
    await say(two, 'hello !ignore-hup !double-fork 60000');
    await fired('stall hook->sessions', { within: '4s' });
    await agentAnswers(two, 'hello');
  },
  unavailable: sessionsUnavailable,
});
