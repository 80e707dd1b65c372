import { defineScenario, split } from 'tornwire';
import { orchestratorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a bridge that dies is noticed and started again',
  expectation:
    'the new bridge joins the room, although the answer comes byte by byte, and tells the room what the user did while no bridge ran',
  tags: ['gate', 'orchestrator'],
  system: orchestratorStack(),
  schedule: [split('bridge->room', { connection: 2, direction: 'downstream', frame: { matches: { contains: 'state_sync' } }, every: 1 })],
  async script({ startRoom, processOf, lobby, roomPeers, useDesktop, until, fired }) {
    await startRoom();
    await until('the bridge is in the room', async () => (await roomPeers()).includes('bridge'), { within: '5s' });
    const user = await useDesktop();
    process.kill(await processOf('bridge'), 'SIGKILL');
    await user.ask('cmd:create_window type=life x=5 y=5 w=30 h=10 source=user');
    await until(
      'the bridge runs again',
      async () => {
        const { phase, bridge } = await lobby();
        return phase === 'running' && bridge?.restarts === 1;
      },
      { within: '5s' },
    );
    // It may be well before it is in the room.
    await fired('split bridge->room', { within: '5s' });
  },
});
