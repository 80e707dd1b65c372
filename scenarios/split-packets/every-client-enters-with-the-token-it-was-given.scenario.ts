import { defineScenario, split, type StateView } from 'tornwire';
import { dashboardOnAnotherHost, type DashboardOnAnotherHost } from '../../fixtures/stack.ts';

const ENTRY = 'who enters with the token that all were given';
const entries: StateView<DashboardOnAnotherHost>[] = [
  { truth: ENTRY, subject: 'supervisor', read: async () => 'enters' },
  {
    truth: ENTRY,
    subject: 'chat-agent at the registry',
    node: 'chat-agent',
    read: async ({ agentState }) => ((await agentState()).registration === 'registered' ? 'enters' : 'is refused'),
  },
  {
    truth: ENTRY,
    subject: 'dashboard at the registry',
    node: 'dashboard',
    read: async ({ dashboardState }) => entry((await dashboardState()).registry),
  },
  {
    truth: ENTRY,
    subject: 'dashboard at the proxy',
    node: 'dashboard',
    read: async ({ dashboardState }) => entry((await dashboardState()).agents['agent-1']),
  },
];
const system = dashboardOnAnotherHost();
const AGENTS = 'the upgrade of the agent in small pieces';
const DASHBOARDS = 'what the dashboard asks in small pieces';

export default defineScenario({
  title: 'every client of the stack enters with the token that all were given',
  expectation: 'agent and dashboard both encode it, on each of their connections, so no upgrade is refused however it is split',
  tags: ['gate', 'split-packets'],
  system: { ...system, views: entries },
  schedule: [
    split('agent->supervisor', { id: AGENTS, direction: 'upstream', frame: { index: 1 }, every: 5 }),
    split('dashboard->supervisor', { id: DASHBOARDS, direction: 'upstream', frame: { index: 1 }, every: 5, mustFire: 3 }),
  ],
  async script({ fired }) {
    await fired(AGENTS, { within: '10s' });
    // Where the supervisor is dialled, then the registry, then the agent.
    await fired(DASHBOARDS, { within: '10s', times: 3 });
  },
});

function entry(kept: { connection: string; trouble?: string } | undefined): string {
  return kept?.connection === 'open' ? 'enters' : (kept?.trouble ?? kept?.connection ?? 'has not asked');
}
