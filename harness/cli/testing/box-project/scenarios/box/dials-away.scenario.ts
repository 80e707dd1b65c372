import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'a server that cannot do without an address that nobody has named',
  expectation: 'the crash says that there is no way out of a box',
  // An address for documentation (RFC 5737).
  system: server({ AWAY: '192.0.2.1' }),
  async script({ processes }) {
    await processes();
  },
});
