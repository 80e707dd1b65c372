import { defineScenario, split } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a change of size alone leaves the window where it is',
  expectation: 'what a peer does not say about a window stays as it was: a new size keeps the place, and a new place keeps the size',
  tags: ['gate', 'split-packets'],
  system: roomStack(),
  // Inside the frame's head, its key and its numbers; a few parts pass quickly also where nobody has time to read them.
  schedule: [
    split('bridge->room', {
      direction: 'downstream',
      frame: { matches: { contains: '"update":[{"key"' } },
      sizes: [1, 60, 20],
      mustFire: 3,
    }),
  ],
  async script({ joinRoom, until, desktopWindows }) {
    const alice = await joinRoom('alice');
    const key = await alice.add({ type: 'life', x: 5, y: 6, w: 30, h: 10 });
    await until('the desktop shows the window', async () => ((await desktopWindows()) as unknown[]).length === 1, { within: '5s' });
    await alice.update(key, { w: 25 });
    await alice.update(key, { h: 12 });
    const moved = await alice.add({ type: 'clock', x: 40, y: 5, w: 20, h: 10 });
    await alice.update(moved, { y: 7 });
  },
});
