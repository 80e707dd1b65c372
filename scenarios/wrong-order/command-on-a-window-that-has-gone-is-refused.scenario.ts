import { defineScenario, fault } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a command on a window that the user has just closed is refused and touches nothing',
  expectation:
    'while nobody has heard yet that the window is gone, a peer moves it: the desktop lives on, and in the end the window is gone everywhere',
  tags: ['gate', 'wrong-order'],
  system: roomStack(),
  schedule: [fault('bridge->desktop', { kind: 'hold' }, { frame: { matches: { contains: '"event":"window_closed"' } }, times: 1 })],
  async script({ joinRoom, useDesktop, until, fired, lift, desktopWindows, bridgeStatus }) {
    const alice = await joinRoom('alice');
    const closed = await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await alice.add({ type: 'clock', x: 40, y: 5, w: 20, h: 10 });
    await until('the desktop shows both windows', async () => ((await desktopWindows()) as unknown[]).length === 2, { within: '5s' });
    const user = await useDesktop();
    await user.ask('cmd:close_window id=win-1 source=user');
    await fired('hold bridge->desktop', { within: '5s' });
    await alice.update(closed, { x: 9, y: 2 });
    await until('the command has failed', async () => (await bridgeStatus()).failedBatches > 0, { within: '5s' });
    await lift('hold bridge->desktop');
  },
});
