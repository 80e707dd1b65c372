import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a server that never answers is a hang',
  expectation: 'fails by the hang oracle',
  tags: ['broken'],
  system: echo('silent'),
  schedule: [latency('client->server', { direction: 'upstream', delay: '50ms' })],
  async script({ say, operation }) {
    await operation('say hello', () => say('hello'), { within: '300ms' });
  },
});
