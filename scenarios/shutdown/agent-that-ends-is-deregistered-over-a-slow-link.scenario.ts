import { defineScenario, latency } from 'tornwire';
import { registeredAgents, supervisorStack } from '../../fixtures/stack.ts';

const system = supervisorStack();

export default defineScenario({
  title: 'an agent that ends gracefully behind a slow link leaves no ghost in the registry',
  expectation: 'it waits for the acknowledgement of its deregistration before it closes, so no dashboard shows it, not even as offline',
  tags: ['gate', 'shutdown'],
  system: { ...system, views: [...(system.views ?? []), ...registeredAgents] },
  schedule: [latency('agent->supervisor', { direction: 'upstream', delay: '60ms' })],
  async script({ openDashboard, node, until }) {
    const dashboard = await openDashboard();
    await until('the dashboard shows the agent', () => dashboard.nodes().some(({ id }) => id === 'agent-1'), { within: '5s' });
    await node('chat-agent').stop();
  },
  truths: ['nodes', 'who is registered'],
});
