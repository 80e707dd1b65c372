import assert from 'node:assert/strict';
import { defineScenario, stall } from 'tornwire';
import { askingAgentsStack, bothWays } from '../../fixtures/stack.ts';

export default bothWays((agents) =>
  defineScenario({
    title: 'an agent of the SDK that is canceled while its model is silent is dead when that is reported',
    expectation: 'the run is canceled, no process of it lives, and its connection to the model is gone',
    tags: ['gate', 'agents'],
    system: askingAgentsStack({ agents }),
    schedule: [stall('agent->model', { direction: 'downstream', frame: { matches: { contains: 'word-2' } } })],
    async script({ startAgent, callTool, askTool, agentsAlive, modelRequests, runOver, fired, lift, until }) {
      const runId = await startAgent('codex_local_exec', 'count #words 4 #silent 3');
      await fired('stall agent->model', { within: '10s' });
      await callTool('codex_cancel', { runId });
      const { processes } = (await askTool('codex_status')) as unknown as { processes: object[] };
      assert.deepEqual([(await runOver(runId, '1s')).state, processes, await agentsAlive()], ['canceled', [], []]);
      await lift('stall agent->model');
      const left = async (): Promise<boolean> => (await modelRequests('count')).every(({ state }) => state === 'left');
      await until('the model has noticed that nobody waits', left, { within: '3s' });
    },
  }),
);
