import { cut, defineScenario } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a create_window reply cut after its sixth byte leaves no orphan window',
  expectation:
    "the bridge finds the window whose id it never learned: later changes reach it, and the desktop ends with exactly the room's windows",
  tags: ['gate', 'mid-write-disconnect'],
  system: roomStack(),
  schedule: [
    cut('bridge->desktop', { direction: 'downstream', frame: { matches: { contains: '"success":true,"id":' } }, atByte: 6, how: 'fin' }),
  ],
  async script({ joinRoom, until, fired, desktopWindows }) {
    const alice = await joinRoom('alice');
    const moved = await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await fired('cut bridge->desktop', { within: '5s' });
    await alice.update(moved, { x: 9, y: 2 });
    const removed = await alice.add({ type: 'clock', x: 40, y: 5, w: 20, h: 10 });
    await until('the desktop shows both windows', async () => ((await desktopWindows()) as unknown[]).length === 2, { within: '5s' });
    await alice.remove(removed);
  },
});
