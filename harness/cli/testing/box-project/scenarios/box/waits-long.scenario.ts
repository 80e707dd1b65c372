import { defineScenario } from 'tornwire';
import { server } from '../../system.ts';

export default defineScenario({
  title: 'an orphan, and a script that does not come to its end',
  expectation: 'nothing of it outlives the harness',
  system: server({ ORPHAN: process.env['BOX_TEST_ORPHAN'] ?? '876543' }),
  async script({ processes, until }) {
    await processes();
    await until('the harness is killed', () => false, { within: '60s' });
  },
});
