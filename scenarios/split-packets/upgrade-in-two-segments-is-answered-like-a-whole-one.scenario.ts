import { defineScenario, split } from 'tornwire';
import { supervisorStack } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'an upgrade request in two segments is answered like a whole one',
  expectation: 'wherever the request is split, the dashboard gets its snapshot and a ping is answered',
  tags: ['gate', 'split-packets'],
  system: supervisorStack(),
  schedule: [
    split('dashboard->supervisor', { id: 'inside the method', direction: 'upstream', connection: 1, frame: { index: 1 }, offsets: [2] }),
    split('dashboard->supervisor', { id: 'inside the path', direction: 'upstream', connection: 2, frame: { index: 1 }, offsets: [20] }),
    split('dashboard->supervisor', {
      id: 'after the request line',
      direction: 'upstream',
      connection: 3,
      frame: { index: 1 },
      offsets: [120],
    }),
    split('dashboard->supervisor', { id: 'at every byte', direction: 'upstream', connection: 4, frame: { index: 1 }, every: 1 }),
  ],
  async script({ openDashboard, until }) {
    for (const where of ['inside the method', 'inside the path', 'after the request line', 'at every byte']) {
      let answer: 'none yet' | 'pong' | Error = 'none yet';
      openDashboard()
        .then((dashboard) => dashboard.ping())
        .then(
          () => (answer = 'pong'),
          (error: Error) => (answer = error),
        );
      // A refusal is no answer: whoever asked properly is owed a pong.
      await until(
        `the pong to an upgrade split ${where}`,
        () => {
          if (answer === 'pong') return true;
          throw answer instanceof Error ? answer : new Error(answer);
        },
        { within: '3s' },
      );
    }
  },
});
