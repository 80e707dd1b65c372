import { defineScenario, split } from 'tornwire';
import { agentOnAnotherHost } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'an agent on another host is reached at the address that it registered',
  expectation: 'a dashboard sees the state of an agent through the supervisor, wherever the agent runs',
  tags: ['gate', 'other-hosts'],
  system: agentOnAnotherHost(),
  schedule: [split('supervisor->agent', { direction: 'downstream', frame: { index: 1 }, every: 16 })],
  async script({ registryStatus, openAgent, until }) {
    await until('the agent is registered', async () => (await registryStatus('agent-1')) === 'online', { within: '5s' });
    const view = await openAgent('agent-1');
    await until(
      'the dashboard has the state of the agent',
      () => {
        const [first] = view.messages.map(({ data }) => data.toString());
        if (first?.includes('init_state')) return true;
        throw new Error(`${first ?? 'nothing'}, closed with ${view.closedWith}`);
      },
      { within: '2s' },
    );
  },
});
