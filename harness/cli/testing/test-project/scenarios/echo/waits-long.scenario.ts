import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a run that takes long can be interrupted',
  expectation: 'is stopped by the test',
  tags: ['slow'],
  system: echo(),
  schedule: [latency('client->server', { delay: '50ms' })],
  async script({ say, until }) {
    await say('hello');
    await until('somebody interrupts', () => false, { within: '25s' });
  },
});
