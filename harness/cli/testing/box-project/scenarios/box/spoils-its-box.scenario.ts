import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'a worker that finds no program any more',
  expectation: 'its case is unknown, and nothing is said of the system',
  system: server(),
  schedule() {
    if (process.env['BOX_TEST_SPOIL']) process.env['PATH'] = '/nonexistent';
    return [];
  },
  async script({ processes }) {
    await processes();
  },
});
