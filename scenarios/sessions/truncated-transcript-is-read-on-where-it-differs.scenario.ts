import { defineScenario, onFile } from 'tornwire';
import { sessionsStack, sessionsUnavailable, wordsInSessions } from '../../fixtures/stack.ts';

const system = sessionsStack();

export default defineScenario({
  title: 'a transcript that lost its tail is read on where it differs',
  expectation: 'what was read before the loss stays, and the next answer, glued to what is left of a line, is read once',
  tags: ['gate', 'sessions'],
  system: { ...system, views: [...(system.views ?? []), ...wordsInSessions] },
  schedule: [
    // More than one line, and it ends in the middle of another.
    onFile('sessions', '{state}/sessions/transcripts/agent-of-*.jsonl', { kind: 'truncated-tail', bytes: 400 }, { armAt: 'answered' }),
  ],
  async script({ startSession, say, openStream, mark, until }) {
    const session = await startSession();
    const client = await openStream(session);
    const answer = async (word: string): Promise<void> => {
      await say(session, word);
      await until(`a client reads the answer to '${word}'`, () => client.texts().some((text) => text.includes(`You said: ${word}`)), {
        within: '4s',
      });
    };
    await answer('one');
    await answer('two');
    await mark('answered');
    await answer('three');
  },
  truths: ['agents', 'words'],
  unavailable: sessionsUnavailable,
});
