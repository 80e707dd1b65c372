import assert from 'node:assert/strict';
import { cut, defineScenario } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a broken stdout ends the supervisor in order, and its agents with it',
  expectation:
    'the pipe breaks in the middle of an answer, so the next write fails; the supervisor ends its agents and then exits with code 0',
  tags: ['gate', 'agents'],
  system: mcpStdioStack(),
  schedule: [cut('client->agents', { direction: 'downstream', frame: { matches: { contains: '"totals"' } }, atByte: 17, how: 'fin' })],
  async script({ startAgent, callTool, write, report, until }) {
    await startAgent('codex_run', '!ignore-term !silence');
    await startAgent('codex_local_exec', '!silence');
    const answer = await callTool('codex_status');
    assert.equal(answer.error?.code, 'connection_closed');
    // Whoever reads no more may still write.
    await write(`${JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'ping' })}\n`);
    await until('the supervisor has ended', async () => !(await report()).running, { within: '2s' });
    const { code, signal } = await report();
    assert.deepEqual({ code, signal }, { code: 0, signal: null });
  },
  truths: [],
});
