import { defineScenario, fault, latency } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'dashboards agree with the registry over slow links',
  expectation:
    'an agent that goes and comes back behind 60 ms of latency and a thin pipe is shown by every dashboard as the registry has it',
  tags: ['gate', 'slow-links', 'toxiproxy'],
  system: supervisorStack(),
  schedule: [
    latency('agent->supervisor', { direction: 'upstream', delay: '60ms', jitter: '20ms' }),
    fault('dashboard->supervisor', { kind: 'bandwidth', rateKBps: 64 }, { direction: 'downstream' }),
  ],
  async script({ openDashboard, node, until }) {
    const dashboard = await openDashboard();
    const status = (): string | undefined => dashboard.nodes().find(({ id }) => id === 'agent-1')?.status;
    await until('the dashboard shows the agent', () => status() === 'online', { within: '5s' });
    await node('chat-agent').kill();
    await until('the dashboard shows the agent offline', () => status() === 'offline', { within: '5s' });
    await node('chat-agent').start();
    await until('the dashboard shows the agent again', () => status() === 'online', { within: '5s' });
  },
});
