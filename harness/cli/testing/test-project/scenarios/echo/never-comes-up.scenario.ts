import { defineScenario } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a server that does not come up is named with its last lines',
  expectation: 'fails, naming the node, what was awaited and its last lines',
  tags: ['broken'],
  system: echo('never-ready', 700),
  async script() {},
});
