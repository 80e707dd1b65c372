import assert from 'node:assert/strict';
import { calls, defineScenario } from 'tornwire';
import { agentsStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a supervisor that cannot save its state keeps its agents',
  expectation: 'while the kernel refuses each rename (ENOSPC) agents are started, named in the status and ended as ever',
  tags: ['gate', 'nodes'],
  system: agentsStack(),
  schedule: [
    calls(
      'agents',
      { calls: ['?rename', '?renameat', '?renameat2'], inject: { what: 'error', error: 'ENOSPC' } },
      { mark: 'the disk is full' },
    ),
  ],
  async script({ mark, startAgent, callTool, fired }) {
    await startAgent('codex_run', '!silence');
    await mark('the disk is full');
    const { run } = (await callTool('codex_run', { prompt: 'hello', waitMs: 8_000 })) as { run: { state: string } };
    assert.equal(run.state, 'completed');
    await fired('calls agents', { within: '2s' });
  },
});
