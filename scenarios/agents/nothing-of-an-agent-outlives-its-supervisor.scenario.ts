import { defineScenario, split } from 'tornwire';
import { agentsStack, outlivingUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'nothing of an agent outlives the supervisor that was told to stop',
  expectation: 'agents that ignore SIGTERM, their detached children and those of the SDK are gone when the supervisor has ended',
  tags: ['gate', 'agents'],
  system: agentsStack(),
  unavailable: outlivingUnavailable,
  schedule: [split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 })],
  async script({ startAgent }) {
    await startAgent('codex_run', '!ignore-term !silence');
    await startAgent('codex_run', '!double-fork !silence');
    await startAgent('codex_local_exec', '!ignore-term !silence');
  },
});
