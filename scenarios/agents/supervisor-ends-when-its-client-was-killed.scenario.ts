import { defineScenario, split } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a supervisor whose client was killed ends, with all of its agents',
  expectation:
    'two clients die one after the other without a word, and the kernel closes their pipes; nothing of either supervisor is left',
  tags: ['gate', 'agents'],
  // It dies of the first signal, closing nothing.
  system: mcpStdioStack({ client: { MCP_CLIENT_LEAVES_AT_ONCE: '1' } }),
  // The last that the supervisor has read is a request in pieces.
  schedule: [split('client->agents', { direction: 'upstream', frame: { matches: { contains: '!ignore-term' } }, every: 16, times: 1 })],
  async script({ startAgent, node, until }) {
    await startAgent('codex_run', '!ignore-term !silence');
    const client = node('client');
    await client.kill('SIGTERM');
    await until('the client is dead', () => !client.running, { within: '2s' });
    await client.start();
  },
  // What the one that has just started makes of its predecessor is another matter.
  truths: [],
});
