import { defineScenario, onFile } from 'tornwire';
import { sessionsStack, sessionsUnavailable, wordsInSessions } from '../../fixtures/stack.ts';

const TRANSCRIPT = '{state}/sessions/transcripts/agent-of-*.jsonl';
/** Seldom enough for the line to lose its end before anybody has read it. */
const system = sessionsStack({ SESSIONS_TAIL_EVERY_MS: '400' });

export default defineScenario({
  title: 'an answer that is half in its transcript is read once, when the other half is there',
  expectation: 'while a line has no end, nothing of it is shown; what is written behind it later is neither lost nor repeated',
  tags: ['gate', 'sessions'],
  system: { ...system, views: [...(system.views ?? []), ...wordsInSessions] },
  // The first file that was made, once it has two messages with their answers.
  schedule: [onFile('sessions', TRANSCRIPT, { kind: 'half-line' }, { match: 1, whenLines: 4 })],
  async script({ startSession, say, openStream, fired, lift, until }) {
    const session = await startSession();
    const other = await startSession();
    const reads = async (alias: string, word: string): Promise<void> => {
      const client = await openStream(alias);
      const isThere = (): boolean => client.texts().some((text) => text.includes(`You said: ${word}`));
      await until(`a client reads the answer to '${word}'`, isThere, { within: '4s' });
    };
    await say(session, 'one');
    await reads(session, 'one');
    await say(session, 'two');
    await fired('half-line sessions', { within: '4s' });
    // Whoever has read this one has come by the half line too.
    await say(other, 'meanwhile');
    await reads(other, 'meanwhile');
    await lift('half-line sessions');
    await say(session, 'three');
    await reads(session, 'three');
  },
  truths: ['agents', 'words'],
  unavailable: sessionsUnavailable,
});
