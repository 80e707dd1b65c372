import { cut, defineScenario, type StateView } from 'tornwire';
import { roomStack, type RoomStack } from '../../fixtures/stack.ts';

const survivor: StateView<RoomStack> = {
  truth: 'windows',
  subject: 'the other subscriber',
  read: async ({ watched }) => watched('survivor'),
};
const system = roomStack();

export default defineScenario({
  title: 'a subscriber that dies in the middle of an event silences nobody else',
  expectation: 'whoever subscribed after it goes on to get every event, whole and in order',
  tags: ['gate', 'mid-write-disconnect'],
  system: { ...system, views: [...(system.views ?? []), survivor] },
  schedule: [
    cut('user->desktop', {
      direction: 'downstream',
      connection: 1,
      frame: { matches: { contains: '"event":"window_created"' } },
      atByte: 12,
      how: 'rst',
    }),
  ],
  async script({ watchDesktop, useDesktop, fired }) {
    await watchDesktop('doomed');
    await watchDesktop('survivor');
    const user = await useDesktop();
    await user.ask('cmd:create_window type=life x=5 y=5 w=30 h=10 source=user');
    await fired('cut user->desktop', { within: '5s' });
    await user.ask('cmd:create_window type=clock x=40 y=5 w=20 h=10 source=user');
    await user.ask('cmd:move_window id=win-1 x=7 y=9 source=user');
  },
});
