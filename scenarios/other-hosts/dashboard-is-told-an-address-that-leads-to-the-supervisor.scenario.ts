import { defineScenario, split } from 'tornwire';
import { dashboardOnAnotherHost } from '../../fixtures/stack.ts';

const ANSWER = 'the answer to where the supervisor is dialled';

export default defineScenario({
  title: 'a dashboard on another host is told an address that leads from there to the supervisor',
  expectation:
    'the supervisor answers with the address by which the dashboard asked, so the dashboard shows the nodes as the registry has them',
  tags: ['gate', 'other-hosts'],
  system: dashboardOnAnotherHost(),
  schedule: [split('dashboard->supervisor', { id: ANSWER, direction: 'downstream', every: 7 })],
  async script({ registryStatus, fired, until }) {
    await until('the agent is registered', async () => (await registryStatus('agent-1')) === 'online', { within: '5s' });
    await fired(ANSWER, { within: '5s' });
  },
  truths: ['nodes'],
});
