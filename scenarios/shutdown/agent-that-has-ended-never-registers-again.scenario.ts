import { defineScenario, stall } from 'tornwire';
import { registeredAgents, supervisorStack } from '../../fixtures/stack.ts';

const system = supervisorStack({ 'chat-agent': { CHAT_CLOSE_WITHIN_MS: '500' } });

export default defineScenario({
  title: 'an agent that has deregistered never registers again, however long its end takes',
  expectation: 'while a client that does not answer its close holds the agent up, no timer of the agent brings it back into the registry',
  tags: ['gate', 'shutdown'],
  system: { ...system, views: [...(system.views ?? []), ...registeredAgents] },
  schedule: [stall('supervisor->agent', { direction: 'upstream', frame: { matches: { type: 'close' } } })],
  async script({ openDashboard, openAgent, node, until }) {
    const dashboard = await openDashboard();
    await until('the dashboard shows the agent', () => dashboard.nodes().some(({ id }) => id === 'agent-1'), { within: '5s' });
    const view = await openAgent('agent-1');
    await until('the agent has sent its state', () => view.messages.length > 0, { within: '5s' });
    await node('chat-agent').stop();
  },
  truths: ['nodes', 'who is registered'],
});
