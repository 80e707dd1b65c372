import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a line comes back in time',
  expectation: 'an answer within 300 ms',
  tags: ['gate'],
  system: echo(),
  schedule: [latency('client->server', { delay: '50ms' })],
  async script({ say, operation }) {
    await operation('say hello', () => say('hello'), { within: '300ms' });
  },
});
