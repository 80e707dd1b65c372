import { defineScenario, split } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

export default defineScenario({
  title: 'the verdict of a review goes back to its parent through the adapter of the parent',
  expectation: 'the row of a review whose answer trickles in names the adapter of its parent, and the parent reads the verdict',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [split('client->sessions', { direction: 'downstream', frame: { matches: { contains: 'parent_adapter' } }, every: 3 })],
  async script({ startSession, startReview, sendBack, openStream, until }) {
    const parent = await startSession();
    const review = await startReview(parent, 'reviewer');
    await sendBack(review, 'it is sound');
    const client = await openStream(parent);
    await until('the parent reads the verdict', () => client.texts().some((text) => text.includes('it is sound')), { within: '4s' });
  },
  unavailable: sessionsUnavailable,
});
