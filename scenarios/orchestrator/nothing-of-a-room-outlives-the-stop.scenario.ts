import { defineScenario, stall } from 'tornwire';
import { orchestratorStack, outlivingUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'nothing of a room outlives its supervisor',
  expectation:
    'a room was started twice, and its bridge waits for a stalled desktop; when the supervisor is told to stop, all of it ends too',
  tags: ['gate', 'orchestrator'],
  system: orchestratorStack(),
  schedule: [stall('bridge->desktop', { direction: 'upstream', frame: { matches: { contains: 'cmd:create_window' } } })],
  async script({ startRoom, stopRoom, joinRoom, fired }) {
    await startRoom();
    await stopRoom();
    await startRoom();
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await fired('stall bridge->desktop', { within: '5s' });
  },
  truths: [],
  unavailable: outlivingUnavailable,
});
