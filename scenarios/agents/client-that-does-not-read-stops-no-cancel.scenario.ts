import { defineScenario, stall } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a client that does not read holds up neither a cancel nor the end',
  expectation:
    'while its stdout is full of answers that nobody reads, the supervisor ends the run that it is told to end, and then ends itself',
  tags: ['gate', 'agents'],
  system: mcpStdioStack(),
  schedule: [stall('client->agents', { direction: 'downstream', armAt: 'nobody reads' })],
  async script({ startAgent, runToItsEnd, write, mark, agentsAlive, until, order, node }) {
    const long = await runToItsEnd('codex_run', { prompt: 'x'.repeat(200_000) });
    const canceled = await startAgent('codex_run', '!ignore-term !silence');
    await startAgent('codex_local_exec', '!ignore-term !silence');
    await mark('nobody reads');
    // Megabytes of answers, of which the pipe takes a small part.
    await write(requests(10, 'codex_results', { runId: long.runId }));
    await write(requests(1, 'codex_cancel', { runId: canceled }));
    await until('the canceled agent is dead', async () => (await agentsAlive()).length === 1, { within: '2s' });
    await order('close-stdin');
    await until('the supervisor has ended', () => !node('agents').running, { within: '2s' });
  },
  truths: [],
});

function requests(count: number, name: string, given: object): string {
  const request = (id: number): string => JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: given } });
  return Array.from({ length: count }, (_, index) => `${request(1_000 + index)}\n`).join('');
}
