import { cut, defineScenario } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'the supervisor ends with the stdin of its client, and its agents end with it',
  expectation: 'stdin ends in the middle of a request, and the supervisor and agents of both kinds are gone, also one that ignores SIGTERM',
  tags: ['gate', 'agents'],
  system: mcpStdioStack(),
  schedule: [
    cut('client->agents', { direction: 'upstream', frame: { matches: { contains: 'this request is cut' } }, atByte: 30, how: 'fin' }),
  ],
  async script({ startAgent, write, fired }) {
    await startAgent('codex_run', '!ignore-term !silence');
    await startAgent('codex_local_exec', '!silence');
    await write(`${JSON.stringify({ jsonrpc: '2.0', id: 99, method: 'this request is cut' })}\n`);
    await fired('cut client->agents', { within: '2s' });
  },
  // Nobody is left to be asked.
  truths: [],
});
