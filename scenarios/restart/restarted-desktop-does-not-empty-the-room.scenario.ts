import { defineScenario, onNode, type StateView } from 'tornwire';
import { roomStack, type RoomStack } from '../../fixtures/stack.ts';

const made: StateView<RoomStack> = {
  truth: 'windows',
  subject: 'what was made',
  read: async () => [
    { type: 'clock', x: 40, y: 5, w: 20, h: 10 },
    { type: 'life', x: 5, y: 5, w: 30, h: 10 },
  ],
};
const system = roomStack();

export default defineScenario({
  title: 'a desktop that was killed and comes back empty is filled again from the room',
  expectation: "the room keeps every window, also those of the desktop's own user, and the desktop shows them all again",
  tags: ['gate', 'restart'],
  system: { ...system, views: [...(system.views ?? []), made] },
  schedule: [onNode({ kind: 'restart', node: 'desktop' }, { mark: 'all is there' })],
  async script({ joinRoom, useDesktop, until, mark, roomState, desktopWindows }) {
    const user = await useDesktop();
    await user.ask('cmd:create_window type=clock x=40 y=5 w=20 h=10 source=user');
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await until('the room has both windows', async () => Object.keys(await roomState()).length === 2, { within: '5s' });
    await mark('all is there');
    await until('the desktop is filled again', async () => ((await desktopWindows()) as unknown[]).length === 2, { within: '5s' });
  },
});
