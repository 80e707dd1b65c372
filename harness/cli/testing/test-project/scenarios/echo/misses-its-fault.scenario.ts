import { cut, defineScenario } from 'tornwire';
import { echo } from '../../system.ts';

export default defineScenario({
  title: 'a fault that never fires proves nothing',
  expectation: 'unknown, vacuous',
  tags: ['broken'],
  system: echo(),
  schedule: [cut('client->server', { connection: 99, atByte: 1, how: 'fin' })],
  async script({ say }) {
    await say('hello');
  },
});
