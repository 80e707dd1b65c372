import { defineScenario, environment, split } from 'tornwire';
import { agentsStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'the status tells the truth although there is no ps program on PATH',
  expectation: 'without ps, pgrep and top the status still names every agent with its pid, exactly as /proc has them',
  tags: ['gate', 'agents'],
  system: agentsStack(),
  schedule: [
    environment('agents', { without: ['ps', 'pgrep', 'top'] }),
    split('client->agents', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 }),
  ],
  async script({ startAgent }) {
    await startAgent('codex_run', 'ps aux !silence');
    await startAgent('codex_local_exec', '!silence');
  },
});
