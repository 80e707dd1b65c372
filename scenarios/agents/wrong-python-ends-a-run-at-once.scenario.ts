import assert from 'node:assert/strict';
import { defineScenario, environment, split } from 'tornwire';
import { agentsStack } from '../../fixtures/stack.ts';

const WRONG = `#!/bin/sh
echo "ModuleNotFoundError: No module named '\${2#import }'" >&2
exit 1
`;

export default defineScenario({
  title: 'the wrong Python first on PATH costs a run, which is told why, and no loop',
  expectation: 'agents of both kinds that miss a module end in failed with its name after one attempt',
  tags: ['gate', 'agents'],
  // What an agent says last is read to its end, however slow the machine.
  system: agentsStack({ MCP_DRAIN_WITHIN_MS: '5000' }),
  schedule: [
    environment('agents', { first: { python3: WRONG } }),
    split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 }),
  ],
  async script({ callTool }) {
    for (const tool of ['codex_run', 'codex_local_exec']) {
      const { run } = await callTool(tool, { prompt: '!import of_the_project', waitMs: 10_000 });
      const { state, failure, attempts } = run as { state: string; failure: { kind: string; message: string } | null; attempts: unknown[] };
      assert.deepEqual({ state, kind: failure?.kind, attempts: attempts.length }, { state: 'failed', kind: 'missing_module', attempts: 1 });
      assert.match(failure?.message ?? '', /of_the_project/);
    }
  },
});
