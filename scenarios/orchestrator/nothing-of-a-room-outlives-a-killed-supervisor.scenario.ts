import { defineScenario, onNode, stall } from 'tornwire';
import { orchestratorStack, outlivingUnavailable, processLives } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'nothing of a room outlives a supervisor that is killed',
  expectation:
    'desktop and bridge notice that their supervisor is gone, although the bridge waits for a stalled desktop; a successor starts the room anew',
  tags: ['gate', 'orchestrator'],
  system: orchestratorStack(),
  schedule: [
    stall('bridge->desktop', { direction: 'upstream', frame: { matches: { contains: 'cmd:create_window' } }, times: 1 }),
    // To the supervisor alone: each of its programs is in a group of its own.
    onNode({ kind: 'signal', node: 'orchestrator', signal: 'SIGKILL' }, { mark: 'busy' }),
  ],
  async script({ startRoom, joinRoom, fired, processOf, mark, node, until, lift }) {
    await startRoom();
    const programs = [await processOf('desktop'), await processOf('bridge')];
    const alice = await joinRoom('alice');
    await alice.add({ type: 'life', x: 5, y: 5, w: 30, h: 10 });
    await fired('stall bridge->desktop', { within: '5s' });
    await mark('busy');
    await until('the programs of the dead supervisor have ended', () => !programs.some(processLives), { within: '2s' });
    await lift('stall bridge->desktop');
    await until('the supervisor has gone', () => !node('orchestrator').running, { within: '2s' });
    await node('orchestrator').start();
    await startRoom();
  },
  unavailable: outlivingUnavailable,
});
