import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'files at fixed paths of the machine',
  expectation: 'they are left over, as nothing says that they may be',
  system: server({ FORGETS: 'yes' }),
  async script({ processes }) {
    await processes();
  },
});
