import assert from 'node:assert/strict';
import { defineScenario, latency } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'an answer of the model that trickles in is waited for, and is whole',
    expectation: 'runs of the supervisor and of its SDK are completed with every word of the model, in order',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [latency('agent->model', { direction: 'downstream', delay: '30ms', jitter: '20ms' })],
    async script({ startAgent, runOver }) {
      const words = Array.from({ length: 12 }, (_, index) => `word-${index + 1}`);
      for (const tool of ['codex_run', 'codex_local_exec'] as const) {
        const { state, text } = await runOver(await startAgent(tool, 'count #words 12'), '10s');
        assert.deepEqual([state, text.trim().split(' ')], ['completed', words]);
      }
    },
  }),
);
