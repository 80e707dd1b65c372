import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'a server that listens at every address on a fixed port',
  expectation: 'it answers, whoever would like to have that port too',
  system: server({ NAME: '' }),
  async script({ processes }) {
    await processes();
  },
});
