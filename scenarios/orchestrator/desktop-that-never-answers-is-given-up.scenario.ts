import assert from 'node:assert/strict';
import { defineScenario, fault } from 'tornwire';
import { orchestratorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a desktop that never answers its probe is given up and leaves no process',
  expectation:
    'after as many restarts as the room file allows, the status calls the room failed and gives the reason, and no program of the room runs',
  tags: ['gate', 'orchestrator'],
  system: orchestratorStack(),
  schedule: [fault('probe->desktop', { kind: 'never-accept' }, { mustFire: 1 })],
  async script({ postRoom, lobby, runningPrograms, until }) {
    await postRoom({ probe: { within_ms: 100 }, restart: { most: 1, start_within_ms: 150 } });
    await until('the room is given up', async () => (await lobby()).phase === 'failed', { within: '5s' });
    const { reason, desktop, bridge } = await lobby();
    assert.match(reason ?? '', /^desktop: not ready within 150 ms/);
    assert.deepEqual([desktop.restarts, bridge], [1, null]);
    assert.deepEqual(await runningPrograms(), []);
  },
  truths: ['programs'],
});
