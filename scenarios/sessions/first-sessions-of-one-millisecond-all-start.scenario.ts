import assert from 'node:assert/strict';
import { defineScenario, stall } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

const SESSIONS = 8;
/** No agent that takes its time: all windows are ready at once. */
const command = ['sh', '-c', 'echo ready; exec sleep 60'];

export default defineScenario({
  title: 'first sessions that are started in the same millisecond all start',
  expectation: 'eight requests wait on their links and are let go at once; each gets its own key and window, from one tmux',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [
    stall('client->sessions', { id: 'held back', direction: 'upstream', frame: { index: 1 }, times: SESSIONS, mustFire: SESSIONS }),
  ],
  async script({ startSession, fired, lift, windowNames }) {
    const starts = Promise.all(Array.from({ length: SESSIONS }, () => startSession({ command })));
    starts.catch(() => undefined);
    await fired('held back', { within: '3s', times: SESSIONS });
    await lift('held back');
    const keys = await starts;
    assert.equal(new Set(keys).size, SESSIONS);
    assert.deepEqual(await windowNames(), keys.toSorted());
  },
  truths: ['windows', 'processes'],
  unavailable: sessionsUnavailable,
});
