import { defineScenario, split } from 'tornwire';
import { agentsStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'an agent that does not begin in time leaves no process behind',
  expectation: 'the supervisor ends each attempt that it gives up, and holds as many processes as before',
  tags: ['gate', 'agents'],
  system: agentsStack({
    MCP_AGENT_COMMAND: '["{node}", "-e", "setInterval(() => {}, 1000)"]',
    MCP_BEGIN_WITHIN_MS: '100',
    MCP_ATTEMPTS_MAX: '1',
  }),
  schedule: [split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 })],
  async script({ callTool, cycles }) {
    await cycles(
      'an agent does not begin',
      async () => {
        await callTool('codex_run', { prompt: 'hello', waitMs: 5_000 });
      },
      { warmUp: 1 },
    );
  },
  truths: [],
  within: '60s',
});
