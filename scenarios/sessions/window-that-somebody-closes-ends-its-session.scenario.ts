import { cut, defineScenario } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a window that somebody closes is a session that has ended',
  expectation: 'the list of sessions has exactly those whose windows are there, also while every hook is lost',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [
    cut('hook->sessions', {
      direction: 'upstream',
      frame: { matches: { type: 'request-head' } },
      atByte: 10,
      how: 'rst',
      times: 100,
      mustFire: 1,
    }),
  ],
  async script({ startSession, say, closeWindow, agentAnswers }) {
    const [closed, stays] = await Promise.all([startSession(), startSession()]);
    await say(stays, 'hello');
    await agentAnswers(stays, 'hello');
    await closeWindow(closed);
  },
  unavailable: sessionsUnavailable,
});
