import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a schedule that names no link',
  expectation: 'a mistake of its author',
  tags: ['poison'],
  system: echo(),
  schedule: [latency('client->sever', { delay: '50ms' })],
  async script() {},
});
