import { cut, defineScenario } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: "a dashboard that leaves takes the proxy's leg to its agent along",
  expectation: 'however often a dashboard that looks at an agent is cut off, supervisor and agent hold as many connections as before',
  tags: ['gate', 'lost-connection'],
  system: supervisorStack(),
  schedule: [
    cut('dashboard->supervisor', {
      direction: 'upstream',
      frame: { matches: { type: 'binary' } },
      atByte: 0,
      how: 'rst',
      times: 1_000,
      mustFire: 10,
    }),
  ],
  async script({ openAgent, registryNodes, cycles, until }) {
    await until('the agent is registered', async () => JSON.stringify(await registryNodes()).includes('online'), { within: '5s' });
    await cycles('a dashboard looks at the agent and is cut off', async () => {
      const view = await openAgent('agent-1');
      await until('the agent has sent its state', () => view.messages.length > 0, { within: '5s' });
      // The attachment is what the cut waits for; it never arrives.
      view.send(Buffer.from('farewell'));
      await until('the dashboard is cut off', () => view.closedWith !== undefined, { within: '5s' });
    });
  },
  within: '60s',
});
