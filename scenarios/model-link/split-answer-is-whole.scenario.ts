import assert from 'node:assert/strict';
import { defineScenario, split } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: "an answer of the model that arrives byte by byte is the run's text, whole",
    expectation: 'events split at every byte, also inside their characters of several bytes, give the same text as whole ones',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [split('agent->model', { direction: 'downstream', frame: { matches: { contains: '€uro' } }, every: 1, times: 2 })],
    async script({ startAgent, runOver }) {
      const { state, text } = await runOver(await startAgent('codex_local_exec', 'naïve €uro 😀 said'), '20s');
      assert.deepEqual([state, text], ['completed', 'You said: naïve €uro 😀 said']);
    },
  }),
);
