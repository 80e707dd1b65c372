import { defineScenario, eventsOf, failOrPass, split, type Oracle } from 'tornwire';
import { sessionsStack, sessionsUnavailable } from '../../fixtures/stack.ts';

/** The marker is between supervisor and agent: on the way to a client it is a word of another protocol. */
const noMarker: Oracle = {
  name: 'protocol',
  question: 'Does anything that a client is sent hold the marker of a session?',
  judge(history) {
    const told = eventsOf(history, 'frame').filter(
      ({ link, direction, payload }) => link === 'client->sessions' && direction === 'downstream' && payload?.includes('[REF:'),
    );
    const [first] = told;
    if (!first) return failOrPass('protocol', []);
    const message = `a client of 'sessions' was sent the marker of a session (${told.length} frames): ${first.payload?.slice(0, 160)}`;
    return failOrPass('protocol', [{ message, subject: 'sessions', events: told.map(({ seq }) => seq) }]);
  },
};

export default defineScenario({
  title: 'no client ever reads the marker of a session',
  expectation:
    'neither the stream, split at every byte, nor the history of a client that comes later holds the marker of the first message',
  tags: ['gate', 'sessions'],
  system: sessionsStack(),
  schedule: [
    split('client->sessions', { direction: 'downstream', frame: { matches: { contains: '"event":"entry"' } }, every: 1, times: 1 }),
  ],
  oracles: [noMarker],
  async script({ startSession, say, openStream, until }) {
    const session = await startSession();
    const client = await openStream(session);
    await say(session, 'hello');
    await until('the agent answers', () => client.texts().some((text) => /You said: .*hello/.test(text)), { within: '4s' });
    await until('the history is whole', async () => (await openStream(session)).texts().length >= 2, { within: '4s' });
  },
  unavailable: sessionsUnavailable,
});
