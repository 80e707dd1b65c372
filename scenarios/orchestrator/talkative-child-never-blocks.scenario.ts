import { defineScenario, split } from 'tornwire';
import { orchestratorStack } from '../../fixtures/stack.ts';

/** Each is said back in the desktop's log; together they are more than any pipe and buffer holds. */
const COMMANDS = 60;
const TITLE = 'x'.repeat(16_000);

export default defineScenario({
  title: 'a talkative child never blocks',
  expectation: 'a desktop that writes a megabyte into its log answers each command, however its user sends them',
  tags: ['gate', 'orchestrator'],
  system: orchestratorStack(),
  schedule: [split('user->orchestrator', { direction: 'upstream', frame: { index: 3 }, every: 1_000 })],
  async script({ startRoom, useDesktop, operation, lobby, until }) {
    // Probes that would end a desktop which hangs are slower than its user.
    await startRoom({ desktop: { env: { DESKTOP_LOG_COMMANDS: '1' } }, probe: { every_ms: 10_000, within_ms: 5_000 } });
    const user = await useDesktop();
    const command = `cmd:get_state source=${TITLE}`;
    await operation('a megabyte of commands', () => user.burst(Array.from({ length: COMMANDS }, () => command)), { within: '2s' });
    await until('nothing was restarted', async () => (await lobby()).desktop.restarts === 0, { within: '1s' });
  },
  truths: [],
});
