import { defineScenario, split, type StateView } from 'tornwire';
import { agentsStack, type AgentsStack } from '../../fixtures/stack.ts';

const system = agentsStack();
const ended: StateView<AgentsStack>[] = [
  {
    truth: 'agents of runs that have ended',
    subject: 'codex_results',
    // Whatever is reported as ended has no process: the list is empty by its own words.
    read: async () => [],
  },
  {
    truth: 'agents of runs that have ended',
    subject: '/proc',
    async read({ askTool, agentsAlive }) {
      const { runs } = await askTool('codex_results');
      const going = (runs as { state: string }[]).some(({ state }) => ['running', 'waiting', 'ending'].includes(state));
      return going ? [] : agentsAlive();
    },
  },
];

export default defineScenario({
  title: 'what is reported canceled is dead',
  expectation: 'a cancel whose answer trickles in ends the agent and what it has started, also one that ignores SIGTERM',
  tags: ['gate', 'agents'],
  system: { ...system, views: ended },
  schedule: [split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 })],
  async script({ startAgent, callTool }) {
    const runId = await startAgent('codex_run', '!ignore-term !silence');
    await callTool('codex_cancel', { runId });
  },
});
