import { defineScenario, unread } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

/** Each is said back in the desktop's log; together they are more than what lies between it and its reader. */
const COMMANDS = 300;
const COMMAND = `cmd:get_state source=${'x'.repeat(16_000)}`;

export default defineScenario({
  title: 'a desktop whose log nobody reads answers every command',
  expectation: 'when the pipe behind its log is full, the desktop answers as before and shows what the room has',
  tags: ['gate', 'nodes'],
  system: roomStack({ desktop: { DESKTOP_LOG_COMMANDS: '1' } }),
  schedule: [unread('desktop', 'stderr')],
  async script({ useDesktop, joinRoom, operation, fired }) {
    const user = await useDesktop();
    await operation('five megabytes of commands', () => user.burst(Array.from({ length: COMMANDS }, () => COMMAND)), { within: '4s' });
    await fired('unread desktop', { within: '4s' });
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 1, y: 1, w: 20, h: 10 });
    await operation('a command after the pipe is full', () => user.ask('cmd:get_state'), { within: '1s' });
  },
});
