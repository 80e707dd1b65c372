import { defineScenario, fault, type StateView } from 'tornwire';
import { twoBridgesStack, type TwoBridgesStack } from '../../fixtures/stack.ts';

const window = (type: string, x: number) => ({ type, x, y: 5, w: 20, h: 10 });
const made: StateView<TwoBridgesStack> = {
  truth: 'windows',
  subject: 'what the users made',
  read: async () => [window('clock', 50), window('life', 30), window('notes', 40)],
};
const system = twoBridgesStack();

export default defineScenario({
  title: 'a bridge that comes back shows what the other added meanwhile, and tells what was done without it',
  expectation: 'two users work while one of them has no room; afterwards nothing is lost and nothing is there twice',
  tags: ['gate', 'lost-connection', 'two-bridges'],
  system: { ...system, views: [...(system.views ?? []), made] },
  schedule: [fault('bridge-a->room', { kind: 'down' }, { armAt: 'a has no room' })],
  async script({ at, until, mark, lift, roomPeers }) {
    const [userA, userB] = await Promise.all([at('a').useDesktop(), at('b').useDesktop()]);
    await userA.ask('cmd:create_window type=life x=10 y=5 w=20 h=10 source=user');
    await userA.ask('cmd:create_window type=gone x=20 y=5 w=20 h=10 source=user');
    await until('the other desktop shows both', async () => ((await at('b').desktopWindows()) as unknown[]).length === 2, { within: '5s' });
    await mark('a has no room');
    await until('the room has noticed', async () => !(await roomPeers()).includes('bridge-a'), { within: '5s' });
    await userB.ask('cmd:create_window type=notes x=40 y=5 w=20 h=10 source=user');
    await userB.ask('cmd:close_window id=win-2 source=user');
    await userA.ask('cmd:move_window id=win-1 x=30 y=5 source=user');
    await userA.ask('cmd:create_window type=clock x=50 y=5 w=20 h=10 source=user');
    await lift('down bridge-a->room');
    await until('the bridge is back in the room', async () => (await roomPeers()).includes('bridge-a'), { within: '5s' });
    await until('all three are there', async () => ((await at('a').desktopWindows()) as unknown[]).length === 3, { within: '5s' });
  },
});
