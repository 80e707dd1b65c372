import assert from 'node:assert/strict';
import { cut, defineScenario } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'an answer of the model that is cut in the middle of an event fails its run',
    expectation: 'half an answer is never the text of a completed run: the run fails with a reason, and nothing of its agent is left',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [cut('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-3' } }, atByte: 40, how: 'fin' })],
    async script({ startAgent, runOver }) {
      const { state, text, failure } = await runOver(await startAgent('codex_local_exec', 'count #words 6'), '10s');
      assert.deepEqual([state, text], ['failed', '']);
      assert.notEqual(failure?.message, '');
    },
  }),
);
