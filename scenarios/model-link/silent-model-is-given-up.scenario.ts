import assert from 'node:assert/strict';
import { defineScenario, stall } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'an agent whose model goes silent gives up within its bound, and is in the status until then',
    expectation: 'while nothing comes from the model the status names the process that waits; then the run fails and no process is left',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents, silentMs: 3_000 }),
    schedule: [stall('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-3' } } })],
    async script({ startAgent, runOver, askTool, agentsAlive, fired, until }) {
      const runId = await startAgent('codex_local_exec', 'count #words 6');
      await fired('stall agent->model', { within: '10s' });
      await until(
        'the status names the process that waits for its model',
        async () => {
          const { processes, runs } = (await askTool('codex_status')) as unknown as { processes: { pid: number }[]; runs: object[] };
          const named = processes.map(({ pid }) => pid).sort((a, b) => a - b);
          return runs.length === 1 && named.length > 0 && named.join() === (await agentsAlive()).join();
        },
        { within: '2500ms' },
      );
      const { state, text, failure } = await runOver(runId, '8s');
      assert.deepEqual([state, text], ['failed', '']);
      assert.notEqual(failure?.message, '');
    },
  }),
);
