import { cut, defineScenario } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a dashboard that leaves while nothing happens leaves nothing behind in the supervisor',
  expectation: 'its socket, subscription and timers are released at once, without help from a later broadcast',
  tags: ['gate', 'lost-connection'],
  system: supervisorStack(),
  schedule: [
    cut('dashboard->supervisor', {
      direction: 'upstream',
      frame: { matches: { type: 'ping' } },
      atByte: 0,
      how: 'fin',
      times: 1_000,
      mustFire: 10,
    }),
  ],
  async script({ openDashboard, registryNodes, cycles, until }) {
    // A registration in the midst of the rounds would be the very broadcast that must not be needed.
    await until('the agent is registered', async () => JSON.stringify(await registryNodes()).includes('online'), { within: '5s' });
    await cycles('a dashboard comes and goes', async () => {
      const dashboard = await openDashboard();
      // The ping is what the cut waits for; it never arrives.
      dashboard.ping().catch(() => undefined);
      await until('the dashboard is cut off', () => dashboard.closed, { within: '5s' });
    });
  },
  within: '60s',
});
