import { defineScenario, fault, type StateView } from 'tornwire';
import { supervisorStack, type SupervisorStack } from '../../fixtures/stack.ts';

const REGISTRATION = 'the registration of agent-1';
const views: StateView<SupervisorStack>[] = [
  { truth: REGISTRATION, subject: 'supervisor', read: ({ registryStatus }) => registryStatus('agent-1') },
  {
    truth: REGISTRATION,
    subject: 'chat-agent',
    read: async ({ agentState }) => ((await agentState()).registration === 'registered' ? 'online' : 'offline'),
  },
];
const system = supervisorStack({ 'chat-agent': { CHAT_PING_EVERY_MS: '100' } });
const LOST = 'the agent loses its first connection';

export default defineScenario({
  title: 'an agent that has registered again stays online when its old connection ends late',
  expectation: 'the connection that made the newest registration owns the agent: the end of an older one changes nothing',
  tags: ['gate', 'lost-connection'],
  system: { ...system, views },
  schedule: [
    // The agent sees an end at its first ping; the supervisor sees nothing of it until the lift.
    fault(
      'agent->supervisor',
      { kind: 'half-open', gone: 'client' },
      { id: LOST, direction: 'upstream', frame: { matches: { type: 'ping' } }, times: 1 },
    ),
  ],
  async script({ agentState, registryStatus, registryConnections, fired, lift, until }) {
    await fired(LOST, { within: '5s' });
    await until('the agent is registered by a second connection', async () => (await registryConnections()) === 2, { within: '5s' });
    await until('the agent believes so', async () => (await agentState()).registration === 'registered', { within: '5s' });
    await until('the registry has it online', async () => (await registryStatus('agent-1')) === 'online', { within: '5s' });
    await lift(LOST);
    await until('the old connection has ended', async () => (await registryConnections()) === 1, { within: '5s' });
  },
});
