import { defineScenario, split } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'changes of another peer reach the very window they name, however its replies are split',
  expectation: 'a window that a peer adds, moves, resizes and removes in the room does the same on the desktop',
  tags: ['gate', 'split-packets'],
  system: roomStack(),
  schedule: [split('bridge->desktop', { direction: 'downstream', every: 1 })],
  async script({ joinRoom, until, desktopWindows }) {
    const alice = await joinRoom('alice');
    const moved = await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    const removed = await alice.add({ type: 'clock', x: 40, y: 5, w: 20, h: 10 });
    await until('the desktop shows both windows', async () => ((await desktopWindows()) as unknown[]).length === 2, { within: '5s' });
    await alice.update(moved, { x: 7, y: 9 });
    await alice.update(moved, { w: 25 });
    await alice.remove(removed);
  },
});
