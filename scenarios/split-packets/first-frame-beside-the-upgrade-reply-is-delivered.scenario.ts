import { defineScenario, fault } from 'tornwire';
import { dashboardOnAnotherHost } from '../../fixtures/stack.ts';

const TOGETHER = 'the upgrade reply and the first frame in one segment';

export default defineScenario({
  title: 'what an agent sends together with its upgrade reply reaches the dashboard',
  expectation: "the first frame arrives with the 101 in one segment, and the dashboard shows the agent's conversation from its beginning",
  tags: ['gate', 'split-packets'],
  system: dashboardOnAnotherHost(),
  schedule: [
    fault(
      'supervisor->agent',
      { kind: 'coalesce', frames: 2, withinMs: 2_000 },
      { id: TOGETHER, direction: 'downstream', frame: { index: 1 } },
    ),
  ],
  async script({ fired }) {
    await fired(TOGETHER, { within: '5s' });
  },
  truths: ['conversation'],
});
