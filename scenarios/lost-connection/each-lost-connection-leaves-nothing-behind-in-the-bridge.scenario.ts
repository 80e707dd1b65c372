import { cut, defineScenario } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'each lost connection to the room leaves nothing behind in the bridge',
  expectation: 'after every reset the bridge is back, and it holds as many sockets and timers as before',
  tags: ['gate', 'lost-connection'],
  system: roomStack(),
  schedule: [
    cut('bridge->room', {
      direction: 'downstream',
      frame: { matches: { contains: 'cut here' } },
      atByte: 4,
      how: 'rst',
      times: 1_000,
      mustFire: 10,
    }),
  ],
  async script({ joinRoom, cycles, until, fired, bridgeStatus }) {
    const alice = await joinRoom('alice');
    let resets = 0;
    await until('the bridge is in the room', async () => (await bridgeStatus()).connected, { within: '5s' });
    await cycles('the bridge loses the room', async () => {
      alice.chat('cut here');
      await fired('cut bridge->room', { within: '5s', times: ++resets });
      await until(
        'the bridge is back',
        async () => {
          const { connected, reconnects } = await bridgeStatus();
          return connected && reconnects >= resets;
        },
        { within: '5s' },
      );
    });
  },
  within: '60s',
});
