import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'an orphan with an environment and a session of its own',
  expectation: 'it is left over',
  system: server({ ORPHAN: process.env['BOX_TEST_ORPHAN'] ?? '987654' }),
  async script({ processes }) {
    await processes();
  },
});
