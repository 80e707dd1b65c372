import { cut, defineScenario, kill } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

const CUT = 'cut bridge->desktop';

export default defineScenario({
  title: 'a bridge that is killed while a reply to it is cut catches up when it is started again',
  expectation: 'the bridge dies some milliseconds after the cut, and its successor leaves the desktop with exactly the windows of the room',
  tags: ['gate', 'nodes'],
  system: roomStack(),
  schedule: [
    cut('bridge->desktop', { direction: 'downstream', frame: { matches: { contains: '"success":true,"id":' } }, atByte: 6, how: 'rst' }),
    kill('bridge', { fired: CUT }),
  ],
  async script({ joinRoom, fired, node, until }) {
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 1, y: 1, w: 20, h: 10 });
    await alice.add({ type: 'clock', x: 10, y: 5, w: 20, h: 10 });
    await fired(CUT, { within: '5s' });
    await until('the bridge is dead', () => !node('bridge').running, { within: '5s' });
    await alice.add({ type: 'notes', x: 30, y: 5, w: 20, h: 10 });
    await node('bridge').start();
  },
});
