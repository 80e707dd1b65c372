import { cut, defineScenario } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a client that leaves before its reply never ends the desktop',
  expectation: 'clients that are gone while the desktop writes its challenge, its auth_ok or a reply go unnoticed by everybody else',
  tags: ['gate', 'mid-write-disconnect'],
  system: roomStack(),
  schedule: [
    cut('user->desktop', { id: 'leaves in the challenge', direction: 'downstream', connection: 1, atByte: 3, how: 'rst' }),
    // What comes before the cut has been read by the desktop, and its answer finds nobody.
    cut('user->desktop', { id: 'leaves before auth_ok', direction: 'upstream', connection: 2, frame: { index: 2 }, atByte: 0, how: 'rst' }),
    cut('user->desktop', { id: 'leaves before a reply', direction: 'upstream', connection: 3, frame: { index: 3 }, atByte: 0, how: 'rst' }),
    cut('user->desktop', { id: 'leaves in a reply', direction: 'downstream', connection: 4, frame: { index: 3 }, atByte: 10, how: 'rst' }),
  ],
  async script({ useDesktop, until, operation }) {
    for (let client = 1; client <= 4; client++)
      await operation(
        `client ${client} lists windows`,
        async () => {
          const desktop = await useDesktop(client === 2 ? { withAuth: 'cmd:get_state' } : {});
          await desktop.burst(['cmd:get_state', 'cmd:get_state', 'cmd:get_state']);
        },
        { within: '5s' },
      );
    await until('the desktop still answers', async () => (await (await useDesktop()).ask('cmd:get_state')).success, { within: '3s' });
  },
});
