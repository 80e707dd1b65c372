import { defineScenario, onNode, stall } from 'tornwire';
import { sessionsUnavailable, twoSessionSupervisors } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'a supervisor of sessions that comes after a crash ends what its namesake left, and nothing of another one',
  expectation:
    'windows and agents of the dead supervisor are gone, also the agent that waits for its stalled hook; the other supervisor has its windows, and its agents answer',
  tags: ['gate', 'two-supervisors'],
  system: twoSessionSupervisors(),
  schedule: [
    stall('hook->sessions-one', { direction: 'upstream', times: 1 }),
    // To the supervisor alone: tmux and the agents live on.
    onNode({ kind: 'signal', node: 'sessions-one', signal: 'SIGKILL' }, { mark: 'both are busy' }),
  ],
  async script({ one, two, fired, mark, node, until }) {
    // The first session of each, at the same moment.
    const [mine, other] = await Promise.all([one.startSession(), two.startSession()]);
    await Promise.all([one.say(mine, 'hello !ignore-hup !ignore-term'), two.say(other, 'hello')]);
    await fired('stall hook->sessions-one', { within: '4s' });
    await mark('both are busy');
    await until('one supervisor has gone', () => !node('sessions-one').running, { within: '2s' });
    await node('sessions-one').start();
    await until('nothing of the dead one is left', async () => (await one.markedAliases()).length === 0, { within: '2s' });
    await two.say(other, 'again');
    await two.agentAnswers(other, 'again');
    const again = await one.startSession({ command: ['sh', '-c', 'echo ready; exec sleep 60'] });
    await until('the successor has its own window', async () => (await one.markedAliases()).join() === again, { within: '2s' });
  },
  truths: ['windows of supervisor one', 'windows of supervisor two', 'processes of supervisor one', 'processes of supervisor two'],
  unavailable: sessionsUnavailable,
});
