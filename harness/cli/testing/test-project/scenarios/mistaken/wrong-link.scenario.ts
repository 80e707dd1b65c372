import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a link that does not exist is named with those that do',
  expectation: 'usage error',
  tags: ['mistaken'],
  system: echo(),
  schedule: [latency('client->sever', { delay: '50ms' })],
  async script() {},
});
