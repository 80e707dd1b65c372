import { defineScenario, fault } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

/** A quarter of a second of silence, looked at every 50 ms. */
const bounds = { BRIDGE_PING_EVERY_MS: '50', BRIDGE_SILENT_AFTER_MS: '250' };

export default defineScenario({
  title: 'a room that is gone without a word is noticed within its bound',
  expectation:
    'a bridge with a half-open connection gets neither an end nor an answer; it is back in the room within two seconds, with all that changed',
  tags: ['gate', 'lost-connection'],
  system: roomStack({ bridge: bounds }),
  schedule: [fault('bridge->room', { kind: 'half-open' }, { frame: { matches: { contains: 'the cable is pulled' } }, times: 1 })],
  async script({ joinRoom, useDesktop, fired, until, bridgeStatus }) {
    const alice = await joinRoom('alice');
    const user = await useDesktop();
    alice.chat('the cable is pulled');
    await fired('half-open bridge->room', { within: '5s' });
    await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await user.ask('cmd:create_window type=clock x=40 y=5 w=20 h=10 source=user');
    await until(
      'the bridge is back in the room',
      async () => {
        const { connected, reconnects } = await bridgeStatus();
        return connected && reconnects > 0;
      },
      { within: '2s' },
    );
  },
});
