import { defineScenario, fault, type StateView } from 'tornwire';
import { twoBridgesStack, type TwoBridgesStack } from '../../fixtures/stack.ts';

const makers: StateView<TwoBridgesStack>[] = [
  {
    truth: 'who made what',
    subject: 'room',
    read: async ({ roomState }) => [
      ...new Set(
        Object.values(await roomState())
          .map(({ owner, type }) => `${owner}: ${type}`)
          .toSorted(),
      ),
    ],
  },
  { truth: 'who made what', subject: 'the users', read: async () => ['bridge-a: life', 'bridge-b: clock'] },
];
const system = twoBridgesStack();

export default defineScenario({
  title: "two bridges in one room never echo each other's windows",
  expectation:
    'each window that a user makes is there once on either desktop, as that user made it, also when the room tells of it twice; then all is at rest',
  tags: ['gate', 'wrong-order', 'two-bridges'],
  system: { ...system, views: [...(system.views ?? []), ...makers] },
  schedule: [fault('bridge-b->room', { kind: 'duplicate' }, { frame: { matches: { contains: '"type":"state_delta"' } }, times: 1 })],
  async script({ at, until }) {
    const [userA, userB] = await Promise.all([at('a').useDesktop(), at('b').useDesktop()]);
    await userA.ask('cmd:create_window type=life x=5 y=5 w=30 h=10 source=user');
    await userB.ask('cmd:create_window type=clock x=40 y=5 w=20 h=10 source=user');
    for (const name of ['a', 'b'] as const) {
      const shown = async (): Promise<number> => ((await at(name).desktopWindows()) as unknown[]).length;
      await until(`desktop ${name} shows both windows`, async () => (await shown()) >= 2, { within: '5s' });
    }
  },
});
