import { defineScenario, split } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'no agent that waits for its model outlives the supervisor that was told to stop',
    expectation: 'agents of the supervisor and of its SDK, in the middle of an answer, are gone when the supervisor has ended',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [split('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-1' } }, every: 1, mustFire: 2 })],
    async script({ startAgent, fired }) {
      await startAgent('codex_run', 'count #words 4 #silent 2');
      await startAgent('codex_local_exec', 'count #words 4 #silent 2');
      await fired('split agent->model', { within: '10s', times: 2 });
    },
  }),
);
