import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a grandchild that outlives its server is a leak',
  expectation: 'fails by the leak oracle, and is gone afterwards',
  tags: ['broken'],
  system: echo('grandchild'),
  schedule: [latency('client->server', { direction: 'upstream', delay: '50ms' })],
  async script({ say }) {
    await say('hello');
  },
});
