import { cut, defineScenario } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'supervisor and agent write nothing into the home folder of whoever runs them',
  expectation: 'an agent comes, loses its connection, comes back and ends, and the home folder of both programs is as empty as before',
  tags: ['gate', 'foreign-folders'],
  system: supervisorStack(),
  schedule: [cut('agent->supervisor', { direction: 'downstream', frame: { matches: { contains: '"result"' } }, how: 'rst' })],
  async script({ openDashboard, fired, node, until }) {
    const dashboard = await openDashboard();
    const status = (): string | undefined => dashboard.nodes().find(({ id }) => id === 'agent-1')?.status;
    await fired('cut agent->supervisor', { within: '5s' });
    await until('the agent is back', () => status() === 'online', { within: '5s' });
    await node('chat-agent').stop();
  },
  truths: ['nodes'],
});
