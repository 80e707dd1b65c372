import { poison } from '../../poison.ts';

const scenario = poison('a port that somebody else has', async ({ say }) => {
  await say('hello');
});
const [server] = scenario.system.topology.nodes;
if (!server) throw new Error('the system has a server');
const nodes = [{ ...server, listens: { tcp: { transport: 'tcp' as const, port: Number(process.env['POISON_PORT'] ?? 7001) } } }];

export default { ...scenario, system: { ...scenario.system, topology: { ...scenario.system.topology, nodes } } };
