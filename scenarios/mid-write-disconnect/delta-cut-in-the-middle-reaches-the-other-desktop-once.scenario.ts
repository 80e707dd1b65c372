import { cut, defineScenario } from 'tornwire';
import { twoBridgesStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a change that is cut in the middle of its way to the room still reaches the other desktop, once',
  expectation:
    'one user moves a window and the bridge loses the room in mid-delta while the other user resizes the same window: both changes are everywhere in the end',
  tags: ['gate', 'mid-write-disconnect', 'two-bridges'],
  system: twoBridgesStack(),
  schedule: [cut('bridge-a->room', { direction: 'upstream', frame: { matches: { contains: '"x":77' } }, atByte: 40, how: 'rst' })],
  async script({ at, fired, until, roomState }) {
    const [userA, userB] = await Promise.all([at('a').useDesktop(), at('b').useDesktop()]);
    await userA.ask('cmd:create_window type=life x=5 y=5 w=30 h=10 source=user');
    await until('the other desktop shows it', async () => ((await at('b').desktopWindows()) as unknown[]).length === 1, { within: '5s' });
    await Promise.all([
      userA.ask('cmd:move_window id=win-1 x=77 y=9 source=user'),
      userB.ask('cmd:resize_window id=win-1 w=55 h=44 source=user'),
    ]);
    await fired('cut bridge-a->room', { within: '5s' });
    await until('the room knows both changes', async () => Object.values(await roomState()).every(({ x, w }) => x === 77 && w === 55), {
      within: '5s',
    });
  },
});
