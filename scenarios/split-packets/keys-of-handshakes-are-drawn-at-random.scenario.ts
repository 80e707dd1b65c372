import { defineScenario, randomHandshakeKeys, split } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

const HANDSHAKES = 16;

export default defineScenario({
  title: 'the keys of the handshakes with agents are drawn at random',
  expectation: 'each connection of the proxy to an agent sends its own key, and no bit of a key predicts another bit',
  tags: ['gate', 'split-packets'],
  system: supervisorStack(),
  schedule: [split('supervisor->agent', { direction: 'upstream', frame: { index: 1 }, every: 64, mustFire: HANDSHAKES })],
  oracles: [randomHandshakeKeys({ link: 'supervisor->agent', handshakes: HANDSHAKES })],
  async script({ openAgent, registryStatus, until }) {
    await until('the agent is registered', async () => (await registryStatus('agent-1')) === 'online', { within: '5s' });
    const views = await Promise.all(Array.from({ length: HANDSHAKES }, () => openAgent('agent-1')));
    await until('each dashboard has the state of the agent', () => views.every(({ messages }) => messages.length > 0), { within: '5s' });
  },
});
