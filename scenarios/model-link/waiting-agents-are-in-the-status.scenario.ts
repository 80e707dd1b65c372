import assert from 'node:assert/strict';
import { defineScenario, split } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'agents that wait for their model are in the status, whoever spawned them',
    expectation: 'the agent of the supervisor and the one of its SDK are in the status with their pids, exactly as /proc has them',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [split('agent->model', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1, mustFire: 2 })],
    async script({ startAgent, askTool, fired }) {
      await startAgent('codex_run', 'wait #silent 1');
      await startAgent('codex_local_exec', 'wait #silent 1');
      await fired('split agent->model', { within: '10s', times: 2 });
      const { totals } = (await askTool('codex_status')) as unknown as { totals: Record<string, number> };
      assert.ok((totals['cli_tracked'] ?? 0) > 0 && (totals['sdk_spawned'] ?? 0) > 0, JSON.stringify(totals));
    },
  }),
);
