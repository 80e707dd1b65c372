import { defineScenario, fault } from 'tornwire';
import { dashboardsStack, healthyDashboard } from '../../fixtures/stack.ts';

/** Some 24 MB. */
const ROUNDS_MAX = 40;
const system = dashboardsStack({ SUPERVISOR_SLOW_CLIENT_BYTES: '524288', SUPERVISOR_SLOW_CLIENT_AFTER_MS: '100' });

export default defineScenario({
  title: 'a slow dashboard beside a healthy one is dropped, and the healthy one is shown every change meanwhile',
  expectation: 'a dashboard that stops reading costs the others nothing: each change reaches them at once, and only the slow one is let go',
  tags: ['gate', 'slow-peers'],
  system: { ...system, sides: [healthyDashboard] },
  schedule: [
    fault(
      'slow-dashboard->supervisor',
      { kind: 'slow-reader', rateBps: 0 },
      { direction: 'downstream', frame: { matches: { contains: '"init"' } } },
    ),
  ],
  async script({ healthyDashboard, openSlowDashboard, changeNodes, changeIsShown, registryConnections, fired, operation, until }) {
    await healthyDashboard();
    await openSlowDashboard();
    await fired('slow-reader slow-dashboard->supervisor', { within: '4s' });
    // The kernel takes some megabytes for a peer that does not read; only what it no longer takes makes a peer slow.
    for (let round = 0; round < ROUNDS_MAX && (await registryConnections()) === 2; round += 1) {
      await changeNodes(50);
      const shown = await operation('show a change to the healthy dashboard', () => changeIsShown(), { within: '2s' });
      if (shown.state !== 'ok') return;
    }
    await until('the slow dashboard is let go', async () => (await registryConnections()) === 1, { within: '2s' });
  },
});
