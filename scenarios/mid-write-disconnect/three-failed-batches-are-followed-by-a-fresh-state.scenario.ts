import { cut, defineScenario } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'three failed batches in a row are followed by a fresh state and agreement',
  expectation:
    'a bridge whose create_window is cut in the middle three times asks the room for its state and makes the desktop agree with it',
  tags: ['gate', 'mid-write-disconnect'],
  system: roomStack(),
  schedule: [
    cut('bridge->desktop', {
      direction: 'upstream',
      frame: { matches: { contains: 'cmd:create_window' } },
      atByte: 20,
      how: 'fin',
      times: 3,
      mustFire: 3,
    }),
  ],
  async script({ joinRoom, until, desktopWindows }) {
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await until('the desktop shows the window', async () => ((await desktopWindows()) as unknown[]).length === 1, { within: '5s' });
  },
});
