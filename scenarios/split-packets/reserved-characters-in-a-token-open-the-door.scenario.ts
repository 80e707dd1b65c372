import { defineScenario, split, type StateView } from 'tornwire';
import { SUPERVISOR_TOKEN, supervisorStack, type SupervisorStack } from '../../fixtures/stack.ts';

/** Everything but letters and digits percent-encoded, as strict clients do it. */
const encoded = [...Buffer.from(SUPERVISOR_TOKEN)]
  .map((byte) => (/[a-z0-9]/i.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`))
  .join('');

const ACCESS = 'who may enter with the percent-encoded token';
const access: StateView<SupervisorStack>[] = [
  { truth: ACCESS, subject: 'configuration', read: async () => 'granted' },
  {
    truth: ACCESS,
    subject: 'supervisor',
    async read({ openDashboard }) {
      try {
        (await openDashboard({ token: encoded })).close();
        return 'granted';
      } catch (error) {
        return (error as Error).message;
      }
    },
  },
];
const system = supervisorStack();

export default defineScenario({
  title: 'a token with reserved characters opens the door, percent-encoded and split as it may be',
  expectation: 'the token is decoded before it is compared: what the configuration grants, the supervisor grants',
  tags: ['gate', 'split-packets'],
  system: { ...system, views: access },
  schedule: [split('dashboard->supervisor', { direction: 'upstream', frame: { index: 1 }, every: 1, connection: 1 })],
  async script({ openDashboard, operation }) {
    await operation('enter with the token split at every byte', () => openDashboard({ token: encoded }), { within: '5s' });
  },
});
