import { defineScenario, freeze } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a desktop that is frozen for half a second misses no window',
  expectation: 'when the desktop goes on, it shows everything that changed in the room meanwhile, and shows nothing twice',
  tags: ['gate', 'nodes'],
  system: roomStack(),
  schedule: [freeze('desktop', { mark: 'the desktop freezes', for: '500ms' })],
  async script({ joinRoom, mark }) {
    const alice = await joinRoom('alice');
    const first = await alice.add({ type: 'life', x: 1, y: 1, w: 20, h: 10 });
    await mark('the desktop freezes');
    await alice.add({ type: 'clock', x: 10, y: 5, w: 20, h: 10 });
    await alice.update(first, { x: 7 });
    await alice.add({ type: 'notes', x: 30, y: 5, w: 20, h: 10 });
    await alice.remove(first);
  },
});
