import assert from 'node:assert/strict';
import { defineScenario, fault } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

const TEXT = 'naïve €uro 😀 文字';

export default defineScenario({
  title: 'text survives splits inside its characters, on the way to an agent and back',
  expectation: 'a prompt and its answer, both cut in the middle of a character by their pipe, arrive as they were',
  tags: ['gate', 'agents'],
  system: mcpStdioStack(),
  schedule: [
    fault('client->agents', { kind: 'split-utf8' }, { id: 'prompt', direction: 'upstream', frame: { matches: { contains: 'naïve' } } }),
    fault(
      'client->agents',
      { kind: 'split-utf8' },
      { id: 'answer', direction: 'downstream', frame: { matches: { contains: 'You said' } } },
    ),
  ],
  async script({ runToItsEnd }) {
    const { state, text } = await runToItsEnd('codex_run', { prompt: `${TEXT} !one-byte-at-a-time` });
    assert.deepEqual({ state, text }, { state: 'completed', text: `You said: ${TEXT}` });
  },
});
