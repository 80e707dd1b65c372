import { defineScenario, onFile } from 'tornwire';
import { sessionsStack, sessionsUnavailable, wordsInSessions } from '../../fixtures/stack.ts';

const TRANSCRIPT = '{state}/sessions/transcripts/agent-of-*.jsonl';
const NOTE = '{"type":"note","text":"of another writer"}';
const system = sessionsStack();

export default defineScenario({
  title: 'a spoilt transcript costs no line after it and repeats none before it',
  expectation:
    'invalid UTF-8, a missing newline and another writer in the middle of a line spoil the transcript; what comes after each is read once',
  tags: ['gate', 'sessions'],
  system: { ...system, views: [...(system.views ?? []), ...wordsInSessions] },
  schedule: [
    onFile('sessions', TRANSCRIPT, { kind: 'invalid-utf8', line: NOTE }, { armAt: 'one' }),
    onFile('sessions', TRANSCRIPT, { kind: 'missing-newline', stays: true }, { armAt: 'two' }),
    onFile('sessions', TRANSCRIPT, { kind: 'foreign-lines', lines: [NOTE, 'no JSON at all'], inside: true }, { armAt: 'three' }),
  ],
  async script({ startSession, say, openStream, mark, until }) {
    const session = await startSession();
    const client = await openStream(session);
    for (const word of ['one', 'two', 'three', 'four']) {
      await say(session, word);
      await until(`a client reads the answer to '${word}'`, () => client.texts().some((text) => text.includes(`You said: ${word}`)), {
        within: '4s',
      });
      await mark(word);
    }
  },
  truths: ['agents', 'words'],
  unavailable: sessionsUnavailable,
});
