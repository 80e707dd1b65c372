import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a server that crashes is told from one that answers',
  expectation: 'fails by the crash oracle',
  tags: ['broken'],
  system: echo('crash'),
  schedule: [latency('client->server', { direction: 'upstream', delay: '50ms' })],
  async script({ say, operation }) {
    await operation('say hello', () => say('hello'), { within: '2s' });
  },
});
