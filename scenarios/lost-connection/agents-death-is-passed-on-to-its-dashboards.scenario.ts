import { defineScenario, latency } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: "an agent's death is passed on to the dashboards that watch it",
  expectation: 'when the agent dies behind a slow link, each socket that leads to it closes within two seconds',
  tags: ['gate', 'lost-connection'],
  system: supervisorStack(),
  schedule: [latency('supervisor->agent', { direction: 'downstream', delay: '20ms' })],
  async script({ openAgent, registryNodes, node, until }) {
    await until('the agent is registered', async () => JSON.stringify(await registryNodes()).includes('online'), { within: '5s' });
    const view = await openAgent('agent-1');
    await until('the agent has sent its state', () => view.messages.length > 0, { within: '5s' });
    await node('chat-agent').kill();
    await until("the dashboard's socket is closed", () => view.closedWith !== undefined, { within: '2s' });
  },
});
