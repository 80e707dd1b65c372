import { defineScenario, split, type StateView } from 'tornwire';
import { roomStack, type RoomStack } from '../../fixtures/stack.ts';

const COMMAND = 'cmd:create_window type=life x=5 y=5 w=300 h=100 source=user';
/** The first packet ends inside the height, and is a whole command by itself. */
const INSIDE_THE_HEIGHT = COMMAND.indexOf('h=10') + 'h=10'.length;

const asked: StateView<RoomStack> = {
  truth: 'windows',
  subject: 'what the user asked for',
  read: async () => [{ type: 'life', x: 5, y: 5, w: 300, h: 100 }],
};
const system = roomStack();

export default defineScenario({
  title: 'a command split between two packets is executed once, whole',
  expectation: 'create_window arriving in two reads makes the very window it names, and the room learns of the same one',
  tags: ['gate', 'split-packets'],
  system: { ...system, views: [...(system.views ?? []), asked] },
  schedule: [
    split('user->desktop', {
      direction: 'upstream',
      frame: { matches: { contains: 'cmd:create_window' } },
      offsets: [INSIDE_THE_HEIGHT],
      gap: 'boundary',
    }),
  ],
  async script({ useDesktop, until, desktopWindows }) {
    const user = await useDesktop();
    await user.ask(COMMAND);
    await until('the desktop shows a window', async () => ((await desktopWindows()) as unknown[]).length > 0, { within: '5s' });
  },
});
