import { defineScenario, networkCut } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

const online = JSON.stringify('online');

export default defineScenario({
  title: 'an agent is online again after its supervisor was cut off the network',
  expectation: 'nothing that anybody sends arrives for a second; afterwards the registry and every dashboard name the agent as online',
  tags: ['gate', 'nodes'],
  system: supervisorStack(),
  schedule: [networkCut('supervisor', { mark: 'the cable is out' })],
  async script({ registryNodes, openDashboard, mark, lift, until }) {
    const agentIsOnline = async (): Promise<boolean> => JSON.stringify(await registryNodes()).includes(online);
    await until('the agent is registered', agentIsOnline, { within: '5s' });
    await openDashboard();
    await mark('the cable is out');
    const backMs = performance.now() + 1_000;
    await until('a second has passed', () => performance.now() >= backMs, { within: '3s' });
    await lift('network-cut supervisor');
    await until('the agent is online', agentIsOnline, { within: '10s' });
    await openDashboard();
  },
});
