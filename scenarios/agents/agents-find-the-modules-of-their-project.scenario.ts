import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { defineScenario, split } from 'tornwire';
import { mcpStdioStack, pythonUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'an agent finds the modules of its project, and one that cannot begin ends in failed',
  expectation:
    "agents run with their project's Python although another one is first on PATH; if a module does not exist at all, the run ends at once",
  tags: ['gate', 'agents'],
  system: mcpStdioStack({
    agents: {
      PATH: ['{state}/of-the-supervisor/.venv/bin', process.env['PATH']].join(delimiter),
      // Whoever asks again rests in between, which tells waiting from a busy machine.
      MCP_RETRY_BASE_MS: '10000',
      // What an agent says last is read to its end, however slow the machine.
      MCP_DRAIN_WITHIN_MS: '5000',
    },
  }),
  schedule: [split('client->agents', { direction: 'upstream', frame: { matches: { contains: '!import' } }, every: 16, times: 1 })],
  async script({ pythonProject, runToItsEnd }) {
    const [workingDirectory] = await Promise.all([pythonProject('of-the-agent', 'only_here'), pythonProject('of-the-supervisor')]);
    for (const tool of ['codex_run', 'codex_local_exec'] as const)
      assert.equal((await runToItsEnd(tool, { prompt: '!import only_here', workingDirectory })).state, 'completed');
    const { state, failure, attempts } = await runToItsEnd('codex_run', { prompt: '!import not_even_here', workingDirectory });
    assert.deepEqual({ state, kind: failure?.kind, attempts: attempts.length }, { state: 'failed', kind: 'missing_module', attempts: 1 });
  },
  unavailable: pythonUnavailable,
});
