import { defineScenario, onNode, split } from 'tornwire';
import { twoAgentSupervisors, twoSupervisorsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'two supervisors on one machine each name only their own agents, also after one of them was killed',
  expectation:
    'the successor of the dead supervisor takes over the agent that was left, and ends it when it is told to; the other supervisor and its agents go on undisturbed',
  tags: ['gate', 'two-supervisors'],
  system: twoAgentSupervisors(),
  schedule: [
    split('client->agents-one', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 }),
    split('client->agents-two', { direction: 'downstream', frame: { matches: { type: 'response-head' } }, every: 1 }),
    // To the supervisor alone: its agents are in groups of their own and live on.
    onNode({ kind: 'signal', node: 'agents-one', signal: 'SIGKILL' }, { mark: 'both are busy' }),
  ],
  async script({ one, two, mark, node, until }) {
    const [orphan] = await Promise.all([
      one.startAgent('codex_run', '!ignore-term !silence'),
      two.startAgent('codex_run', '!silence'),
      two.startAgent('codex_local_exec', '!silence'),
    ]);
    const others = await two.agentsAlive();
    await mark('both are busy');
    await until('one supervisor has gone', () => !node('agents-one').running, { within: '2s' });
    await node('agents-one').start();
    await until('its successor knows the agent that it left', async () => (await origins(one)).join() === 'orphan', { within: '2s' });
    await one.askTool('codex_cancel', { runId: orphan });
    await until('that agent has ended', async () => (await one.agentsAlive()).length === 0, { within: '2s' });
    await until('the others live', async () => (await two.agentsAlive()).join() === others.join(), { within: '1s' });
    await until('the other supervisor says the same', async () => (await origins(two)).join() === 'cli_tracked,sdk_spawned', {
      within: '1s',
    });
  },
  unavailable: twoSupervisorsUnavailable,
});

async function origins({ askTool }: { askTool: (tool: string) => Promise<object> }): Promise<string[]> {
  const { processes } = (await askTool('codex_status')) as { processes: { origin: string }[] };
  return processes.map(({ origin }) => origin).sort();
}
