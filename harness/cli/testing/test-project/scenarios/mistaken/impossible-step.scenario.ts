import { defineScenario, fault } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a step that no engine can carry is named with its file and the reason',
  expectation: 'usage error',
  tags: ['mistaken'],
  system: echo(),
  schedule: [fault('client->server', { kind: 'reset' }, { times: 1 })],
  async script() {},
});
