import { cut, defineScenario, fault } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'an event that arrives before the listing it is newer than is not lost',
  expectation:
    'a bridge whose subscription was cut subscribes again and asks what is there; the event of a window made just then overtakes the answer, and the room hears of both windows',
  tags: ['gate', 'wrong-order'],
  // Patient enough that an answer which is held counts as late and not as lost.
  system: roomStack({ bridge: { BRIDGE_IPC_WITHIN_MS: '3000' } }),
  schedule: [
    cut('bridge->desktop', { direction: 'downstream', frame: { matches: { contains: '"type":"life"' } }, atByte: 20, how: 'fin' }),
    fault(
      'bridge->desktop',
      { kind: 'hold' },
      { frame: { matches: { contains: '"windows":[' } }, times: 1, armAt: 'the bridge is at rest' },
    ),
    fault('bridge->desktop', { kind: 'duplicate' }, { frame: { matches: { contains: '"type":"clock"' } }, times: 1 }),
  ],
  async script({ useDesktop, fired, lift, mark, until, bridgeStatus }) {
    await until('the bridge has listed the desktop', async () => (await bridgeStatus()).desktopReady, { within: '5s' });
    await mark('the bridge is at rest');
    const user = await useDesktop();
    await user.ask('cmd:create_window type=life x=1 y=5 w=20 h=10 source=user');
    await fired('cut bridge->desktop', { within: '5s' });
    await fired('hold bridge->desktop', { within: '5s' });
    await user.ask('cmd:create_window type=clock x=30 y=5 w=20 h=10 source=user');
    await fired('duplicate bridge->desktop', { within: '5s' });
    await user.ask('cmd:get_state');
    await lift('hold bridge->desktop');
  },
});
