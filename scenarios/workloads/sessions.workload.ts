import { defineWorkload } from 'tornwire';
import { sessionsUnavailable, workingSessions, workingSessionsStack } from '../../fixtures/stack.ts';

/** With its marker it fills what a session takes, and each of its characters may have two bytes. */
const LONGEST = 1_900;
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;
/** What a person may say to an agent: no directive of the stand-in, no key of a terminal, and some word. */
const isSayable = (text: string): boolean => text.trim() !== '' && !text.includes('!') && !CONTROL.test(text);

const HOOKS = ['', '!hook early', '!hook late 100', '!hook never', '!hook twice', '!hook foreign'] as const;
const TRANSCRIPTS = ['!transcript half 100', '!transcript truncate', '!transcript invalid-utf8', '!transcript no-newline'] as const;

export default defineWorkload({
  title: 'each session is the agent in its own window, and what is said to it is read once, whatever breaks',
  system: workingSessionsStack(),
  unavailable: sessionsUnavailable,
  begin: (script) => workingSessions(script),
  operations: (operation) => ({
    'a session is started': operation({
      within: '10s',
      arguments: (any) => ({ agent: any.oneOf('cli', 'reviewer'), directory: any.oneOf('/', '/tmp', '/proc') }),
      run: ({ starts }, { agent, directory }) => starts(agent, directory),
    }),
    'a session answers': operation({
      weight: 3,
      within: '12s',
      arguments: (any) => ({
        which: any.which(),
        text: any
          .text({ longest: LONGEST })
          .map((text) => text.toWellFormed())
          .filter(isSayable),
      }),
      run: ({ says }, { which, text }) => says(which, text),
    }),
    'hooks that go astray change nothing': operation({
      within: '15s',
      arguments: (any) => ({ which: any.oneOf<number | 'new'>('new', 'new', 0, 1, 2), hook: any.oneOf(...HOOKS) }),
      run: ({ saysOddly }, { which, hook }) => saysOddly(which, hook),
    }),
    'a spoilt transcript costs no later line': operation({
      within: '15s',
      arguments: (any) => ({ which: any.oneOf<number | 'new'>('new', 0, 1, 2), transcript: any.oneOf(...TRANSCRIPTS) }),
      run: ({ saysOddly }, { which, transcript }) => saysOddly(which, transcript),
    }),
    'sessions that wait at once are told apart': operation({
      within: '15s',
      arguments: (any) => ({ hooks: any.fc.array(any.oneOf(...HOOKS), { minLength: 2, maxLength: 3 }) }),
      run: ({ waitAtOnce }, { hooks }) => waitAtOnce(hooks),
    }),
    'a session has two keys and one window': operation({
      within: '12s',
      arguments: (any) => ({ which: any.which() }),
      run: ({ hasBothKeys }, { which }) => hasBothKeys(which),
    }),
    'a client comes back': operation({
      within: '12s',
      arguments: (any) => ({ which: any.which(), how: any.oneOf('close', 'terminate'), by: any.oneOf('key', 'alias') }),
      run: ({ comesBack }, { which, how, by }) => comesBack(which, how, by),
    }),
    'who comes is told what is pending': operation({
      within: '12s',
      arguments: (any) => ({ which: any.which(), ms: any.whole({ max: 500 }) }),
      run: ({ tellsWhatIsPending }, { which, ms }) => tellsWhatIsPending(which, ms),
    }),
    'a stream answers a ping': operation({
      within: '10s',
      arguments: (any) => ({ which: any.which(), payload: any.oneOf('', 'x', 'Grüße', 'p'.repeat(125)) }),
      run: ({ pingStream }, { which, payload }) => pingStream(which, payload),
    }),
    'a stream takes nothing': operation({
      within: '10s',
      arguments: (any) => ({
        which: any.which(),
        data: any.oneOf('', 'hello', '{}', '{"id":1,"method":"say"}', 'é\u0000', 'x'.repeat(60_000)),
      }),
      run: ({ saysOnStream }, { which, data }) => saysOnStream(which, data),
    }),
    'the hook of a stranger is ignored': operation({
      arguments: (any) => ({
        hook: any.oneOf(
          '{}',
          '{"session_id":"stranger"}',
          '{"session_id":"stranger","hook_event_name":"UserPromptSubmit","prompt":"hello","cwd":"/"}',
          '{"session_id":"stranger","hook_event_name":"Stop","last_assistant_message":"You said: hello"}',
          '{"session_id":"stranger","prompt":"[REF:tmp-000000000000] hello"}',
          '{"session_id":5,"prompt":"hello"}',
          '{"session_id":"","prompt":"é"}',
          '{"session_id":"../x","prompt":null}',
        ),
      }),
      run: ({ strangerIsIgnored }, { hook }) => strangerIsIgnored(JSON.parse(hook) as object),
    }),
    'a session is reviewed': operation({
      within: '15s',
      arguments: (any) => ({
        which: any.which(),
        agent: any.oneOf('reviewer', 'reviewer', 'cli'),
        request: any
          .text({ longest: 300 })
          .map((text) => text.toWellFormed())
          .filter((text) => text === '' || isSayable(text)),
      }),
      run: ({ startsReview }, { which, agent, request }) => startsReview(which, agent, request),
    }),
    'a verdict goes back': operation({
      within: '15s',
      arguments: (any) => ({ which: any.which(), verdict: any.oneOf('', 'it is sound', 'Grüße, 東京', 'two\nlines', 'x'.repeat(1_000)) }),
      run: ({ sendsBack }, { which, verdict }) => sendsBack(which, verdict),
    }),
    'a review is deleted': operation({
      within: '15s',
      arguments: (any) => ({ which: any.which() }),
      run: ({ deletesReview }, { which }) => deletesReview(which),
    }),
    'a review outlives its parent': operation({ within: '15s', run: ({ outlivesItsParent }) => outlivesItsParent() }),
    'a session is ended': operation({
      weight: 2,
      within: '12s',
      arguments: (any) => ({
        which: any.which(),
        lastWords: any.oneOf(
          '',
          '!ignore-hup !silence',
          '!ignore-hup !ignore-term !silence',
          '!ignore-hup !ignore-term !double-fork 20000',
        ),
      }),
      run: ({ ends }, { which, lastWords }) => ends(which, lastWords),
    }),
    'a session whose agent dies has ended': operation({
      within: '12s',
      arguments: (any) => ({
        how: any.oneOf('!exit 0', '!exit 3', 'hello !transcript crash', '!ignore-hup !double-fork 20000 !exit 1', 'its window is closed'),
      }),
      run: ({ dies }, { how }) => dies(how),
    }),
    'what may not be asked is refused': operation({
      weight: 2,
      within: '10s',
      arguments: (any) => ({
        wrong: any.oneOf<string>(
          'POST /api/sessions {}',
          'POST /api/sessions {"agent":"nobody","directory":"/"}',
          'POST /api/sessions {"agent":"cli","directory":"relative"}',
          'POST /api/sessions {"agent":"cli","directory":"/no/such/folder"}',
          'POST /api/sessions {"agent":"cli","directory":"/","command":[]}',
          'POST /api/sessions {"agent":"cli","directory":"/","command":["/no/such/program"]}',
          'POST /api/sessions {"agent":"cli","directory":"/","command":["sh","-c","exit 3"]}',
          'POST /api/sessions/nobody/messages {"text":"hello"}',
          'POST /api/sessions/{session}/messages {}',
          'POST /api/sessions/{session}/messages {"text":""}',
          'POST /api/sessions/{session}/messages {"text":"\\n\\t"}',
          'POST /api/sessions/{session}/messages {"text":5}',
          'POST /api/sessions/{session}/messages {"text":"\\u0007"}',
          `POST /api/sessions/{session}/messages {"text":"${'x'.repeat(5_000)}"}`,
          `POST /api/sessions/{session}/messages {"text":"${'x'.repeat(300_000)}"}`,
          'POST /api/hooks []',
          'POST /api/hooks "hello"',
          'POST /api/reviews {"session":"nobody","agent":"cli"}',
          'POST /api/reviews {"session":"{session}","agent":"nobody"}',
          'POST /api/reviews/nothing/send-back {"text":"hello"}',
          'DELETE /api/reviews/nothing null',
          'DELETE /api/sessions/nobody null',
          'GET /api/sessions/nobody null',
          'GET /api/sessions/{session}/stream null',
          'GET /api/%ff null',
          'PUT /api/sessions null',
        ),
      }),
      run({ isRefused }, { wrong }) {
        const [method = '', path = '', ...words] = wrong.split(' ');
        return isRefused(method, path, JSON.parse(words.join(' ')));
      },
    }),
  }),
  observers: {
    'another client of the session': {
      join: ({ watchSession }) => watchSession(),
      sees: ({ sameAsAnybody }) => Promise.resolve(sameAsAnybody),
    },
  },
  always: [
    { what: 'nobody reads the marker of a session', holds: ({ nobodyReadsTheMarker }) => nobodyReadsTheMarker() },
    { what: 'what is read of a session was said to it, once and in this order', holds: ({ allIsReadOnce }) => allIsReadOnce() },
  ],
  recovered: [
    { what: 'a session is started and answers', within: '15s', holds: ({ answersAgain }) => answersAgain() },
    {
      what: 'sessions that nobody ended live, and what was said to them is read once, by whoever comes',
      within: '8s',
      holds: ({ nothingIsLost }) => nothingIsLost(),
    },
    { what: 'sessions that are ended leave no window and no process', within: '12s', holds: ({ onlyOneIsLeft }) => onlyOneIsLeft() },
    { what: 'who has left is forgotten', within: '10s', holds: ({ nobodyIsLeftOver }) => nobodyIsLeftOver() },
  ],
});
