import { cut, defineScenario } from 'tornwire';
import { dashboardsStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a dashboard that falls silent is dropped together with its socket',
  expectation: 'a dashboard whose pongs no longer arrive is let go within the bound, and nothing of it stays open in the supervisor',
  tags: ['gate', 'lost-connection'],
  system: dashboardsStack({ SUPERVISOR_PING_EVERY_MS: '30', SUPERVISOR_SILENT_AFTER_MS: '60' }),
  schedule: [
    cut('dashboard->supervisor', {
      direction: 'upstream',
      frame: { matches: { type: 'pong' } },
      atByte: 0,
      how: 'blackhole',
      times: 1_000,
      mustFire: 5,
    }),
  ],
  async script({ openQuietDashboard, registryConnections, cycles, until }) {
    await cycles(
      'a dashboard falls silent',
      async () => {
        await openQuietDashboard();
        await until('it is dropped', async () => (await registryConnections()) === 0, { within: '5s' });
      },
      { warmUp: 1 },
    );
  },
  within: '60s',
});
