import assert from 'node:assert/strict';
import { defineScenario, latency } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a line comes back, slowly',
  expectation: 'the very same line',
  tags: ['quick'],
  system: echo(),
  schedule: [latency('client->server', { delay: '50ms' })],
  async script({ say }) {
    assert.equal(await say('hello'), 'hello');
  },
});
