import { defineScenario, fault } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

/** The delta that adds the window at this place. */
const adding = (x: number) => ({ frame: { matches: { type: 'text', contains: `"x":${x},` } }, times: 1 });

export default defineScenario({
  title: 'deltas that come twice, late, in another order or not at all still give one truth',
  expectation:
    'a bridge that sees a gap in the versions asks for the state at once, and the desktop ends with exactly the windows of the room',
  tags: ['gate', 'wrong-order'],
  system: roomStack(),
  schedule: [
    fault('bridge->room', { kind: 'duplicate' }, { id: 'twice', ...adding(101) }),
    fault('bridge->room', { kind: 'hold', frames: 3 }, { id: 'late', ...adding(103) }),
    fault('bridge->room', { kind: 'reorder', window: 3 }, { id: 'in another order', ...adding(108) }),
    fault('bridge->room', { kind: 'drop' }, { id: 'never', ...adding(112) }),
  ],
  async script({ joinRoom, fired, until, bridgeStatus }) {
    const alice = await joinRoom('alice');
    const keys: string[] = [];
    for (let x = 101; x <= 112; x++) keys.push(await alice.add({ type: 'life', x, y: 5, w: 30, h: 10 }));
    // What is held or reordered may hold or reorder the removal of a window that was added just before.
    for (const key of keys.filter((_, index) => index % 3 === 0)) await alice.remove(key);
    for (const step of ['twice', 'late', 'in another order', 'never']) await fired(step, { within: '5s' });
    await until('the bridge has asked for the state', async () => (await bridgeStatus()).stateRequests > 0, { within: '5s' });
  },
});
