import { defineScenario, split, type StateView } from 'tornwire';
import { roomStack, type RoomStack } from '../../fixtures/stack.ts';

const system = roomStack();
const TRUTH = 'windows that a command failed on';
const failures: StateView<RoomStack>[] = [
  {
    truth: TRUTH,
    subject: 'bridge',
    read: async ({ bridgeStatus }) => [...new Set((await bridgeStatus()).failures.map(({ key }) => key))].toSorted(),
  },
  {
    truth: TRUTH,
    subject: 'desktop',
    /** Those of the room that it does not show, or shows otherwise. */
    async read({ roomState, taggedWindows }) {
      const shown = new Map((await taggedWindows()).map(({ tag, x, y, w, h }) => [tag, [x, y, w, h].join()]));
      const wanted = Object.entries(await roomState());
      return wanted.filter(([key, { x, y, w, h }]) => shown.get(key) !== [x, y, w, h].join()).map(([key]) => key);
    },
  },
];

export default defineScenario({
  title: 'what the desktop says it has done is believed, in whatever pieces it says so',
  expectation:
    'no command that the desktop answered with "success": true counts as failed, also when the answer is split in that very word',
  tags: ['gate', 'split-packets'],
  system: { ...system, views: [...(system.views ?? []), ...failures] },
  schedule: [
    split('bridge->desktop', {
      direction: 'downstream',
      frame: { matches: { contains: '"success":true' } },
      offsets: ['{"succ'.length, '{"success":t'.length],
      gap: 'boundary',
      mustFire: 3,
    }),
  ],
  async script({ joinRoom, until, desktopWindows }) {
    const alice = await joinRoom('alice');
    const key = await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await until('the desktop shows the window', async () => ((await desktopWindows()) as unknown[]).length === 1, { within: '5s' });
    await alice.update(key, { x: 7, y: 9, w: 25 });
  },
});
