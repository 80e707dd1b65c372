import { defineScenario, split } from 'tornwire';
import { roomStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: "a clean close of the room's socket is followed by a reconnect",
  expectation: 'a room that says goodbye, byte by byte, and comes back has its bridge again within five seconds, and all windows agree',
  tags: ['gate', 'lost-connection'],
  system: roomStack(),
  schedule: [split('bridge->room', { direction: 'downstream', frame: { matches: { type: 'close' } }, every: 1 })],
  async script({ useDesktop, node, until, roomPeers }) {
    const user = await useDesktop();
    await user.ask('cmd:create_window type=life x=5 y=5 w=30 h=10 source=user');
    await node('room').stop();
    await node('room').start();
    await until('the bridge is back in the room', async () => (await roomPeers()).includes('bridge'), { within: '5s' });
  },
});
