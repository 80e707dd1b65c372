import { defineScenario, latency } from 'tornwire';
import { server } from '../../system.ts';

const address = `127.0.0.1:${process.env['BOX_TEST_DATABASE'] ?? '5432'}`;
const variables = { DB_HOST: '{server->database.host}', DB_PORT: '{server->database.port}' };

export default defineScenario({
  title: 'a server that needs a database of the machine',
  expectation: 'it reaches it by a link that can be broken',
  system: server(variables, address),
  schedule: [latency('server->database', { delay: '20ms' })],
  async script({ processes }) {
    const [dialled] = await processes();
    process.stderr.write(`dialled ${dialled}\n`);
  },
});
