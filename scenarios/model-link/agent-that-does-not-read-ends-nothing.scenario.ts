import assert from 'node:assert/strict';
import { defineScenario, split } from 'tornwire';
import { askingAgentsStack, realAgentsMissing } from '../../fixtures/stack.ts';

export default defineScenario({
  title: "an agent that ends without reading its prompt fails its run, inside Codex's own SDK too",
  expectation: 'the SDK writes into a pipe that nobody reads; the run fails and the supervisor answers on',
  tags: ['agents', 'real-agents'],
  system: askingAgentsStack({ agents: 'own', sdk: 'real', env: { CLI_EXIT_BEFORE_READING: '7', MCP_ATTEMPTS_MAX: '1' } }),
  schedule: [split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 })],
  async script({ callTool, runOver }) {
    const { run } = (await callTool('codex_local_exec', { prompt: 'x'.repeat(900_000) })) as unknown as { run: { runId: string } };
    const { state, failure } = await runOver(run.runId, '10s');
    assert.equal(state, 'failed', failure?.message);
    assert.equal((await callTool('codex_status')).error, undefined);
  },
  unavailable: realAgentsMissing,
});
