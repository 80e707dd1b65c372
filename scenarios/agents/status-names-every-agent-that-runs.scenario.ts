import { defineScenario, split } from 'tornwire';
import { agentsStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'the status names every agent that runs, whoever spawned it',
  expectation: 'agents spawned by the supervisor and by its SDK are in the status with their pids, exactly as /proc has them',
  tags: ['gate', 'agents'],
  system: agentsStack(),
  schedule: [split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 })],
  async script({ startAgent }) {
    await startAgent('codex_run', '!silence');
    await startAgent('codex_local_exec', '!silence');
  },
});
