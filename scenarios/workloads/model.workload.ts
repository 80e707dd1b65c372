import { defineWorkload } from 'tornwire';
import { askingAgentsStack, saidBack, workingAsking } from '../../fixtures/stack.ts';

const TOOLS = ['codex_run', 'codex_local_exec'] as const;
/** What the model is asked, and why there is no whole answer. */
const IN_VAIN = [
  'refused #status 400',
  'refused #status 429',
  'refused #status 503',
  'silent #silent 0',
  'silent #words 4 #silent 2',
  'unknown #nothing 1',
  'ends !exit 3',
  'leaves a child and ends !double-fork 20000 !exit 3',
  'leaves a child that holds its output !child-holds-stdout 20000 !exit 3',
] as const;
const ENDLESS = ['cancel #words 900 #every 50', 'cancel #silent 1 #words 3', 'cancel !ignore-term #silent 0'] as const;

export default defineWorkload({
  title: 'a run says what the model has said, whole or not at all, and the supervisor tells the truth meanwhile, whatever breaks',
  system: askingAgentsStack({ agents: 'own', silentMs: 1_000, env: { MCP_BEGIN_WITHIN_MS: '5000', MCP_ATTEMPTS_MAX: '1' } }),
  begin: (script) => workingAsking(script),
  operations: (operation) => ({
    'a run says what the model says': operation({
      weight: 2,
      within: '12s',
      arguments: (any) => ({
        tool: any.oneOf(...TOOLS),
        text: any.text({ longest: 300 }).filter((text) => !/[!#]/.test(text) && text.isWellFormed()),
      }),
      run: ({ asks }, { tool, text }) => asks(tool, text, saidBack(`{question} ${text}`)),
    }),
    'a run waits for a model that is slow, and says all of it': operation({
      weight: 2,
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), words: any.whole({ min: 1, max: 60 }), everyMs: any.whole({ min: 0, max: 30 }) }),
      run: ({ asks }, { tool, words, everyMs }) => asks(tool, `count #words ${words} #every ${everyMs}`, counted(words)),
    }),
    'a long answer is whole': operation({
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), words: any.whole({ min: 500, max: 3_000 }) }),
      run: ({ asks }, { tool, words }) => asks(tool, `count #words ${words} #every 0`, counted(words)),
    }),
    'a run without a whole answer fails, and says why': operation({
      weight: 2,
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), prompt: any.oneOf(...IN_VAIN) }),
      run: ({ asksInVain }, { tool, prompt }) => asksInVain(tool, prompt),
    }),
    'several agents ask at once': operation({
      within: '12s',
      arguments: (any) => ({ count: any.whole({ min: 2, max: 4 }) }),
      run: ({ askAtOnce }, { count }) => askAtOnce(count),
    }),
    'an agent whose model is silent is in the status': operation({
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS) }),
      run: ({ isInTheStatus }, { tool }) => isInTheStatus(tool),
    }),
    'an agent that waits for its model is canceled, and is dead': operation({
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), prompt: any.oneOf(...ENDLESS) }),
      run: ({ cancels }, { tool, prompt }) => cancels(tool, prompt, true),
    }),
    'an agent that freezes as it starts is given up': operation({
      within: '15s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS) }),
      run: ({ isGivenUp }, { tool }) => isGivenUp(tool),
    }),
    'a run that takes too long is ended': operation({
      within: '12s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), timeoutMs: any.whole({ min: 1, max: 600 }) }),
      run: ({ runs }, { tool, timeoutMs }) =>
        runs(tool, { prompt: 'count #words 900 #every 50', timeoutMs }, { state: 'failed', kind: 'timed_out' }),
    }),
    'a thread goes on': operation({
      within: '12s',
      arguments: (any) => ({ which: any.which() }),
      run: ({ resumes }, { which }) => resumes(which),
    }),
    'the status adds up': operation({ run: ({ statusAddsUp }) => statusAddsUp() }),
    'a run that is over stays so': operation({ run: ({ statesNeverGoBack }) => statesNeverGoBack() }),
    'a client leaves its session, and begins another one': operation({
      async run({ leaves, call }) {
        await leaves();
        await call('codex_status');
      },
    }),
    'what is no message is refused': operation({
      arguments: (any) => ({ body: any.oneOf('', '{', 'null', '5', '{"jsonrpc":"2.0"}', '{"method":"ping"}', 'é\u2028') }),
      async run({ sends, call }, { body }) {
        const status = await sends(body);
        if (status < 400 || status >= 500) throw new Error(`'${body}' was answered with ${status}`);
        await call('codex_status');
      },
    }),
    'a page of elsewhere is refused': operation({
      arguments: (any) => ({ header: any.oneOf('origin', 'host') }),
      async run({ sends }, { header }) {
        const status = await sends('{"jsonrpc":"2.0","id":1,"method":"ping"}', {
          [header]: header === 'origin' ? 'http://a.page' : 'a.page',
        });
        if (status !== 403) throw new Error(`a request with a foreign ${header} was answered with ${status}`);
      },
    }),
  }),
  always: [
    { what: 'a run that is completed says what the model has said', holds: ({ lies }) => lies().length === 0 },
    { what: 'a prompt is put to the model at most once', holds: ({ isAskedOnce }) => isAskedOnce() },
  ],
  recovered: [
    {
      what: 'a run says what the model says',
      within: '15s',
      async holds({ asks }) {
        await asks('codex_run', 'works again', 'You said: {question} works again');
        return true;
      },
    },
    { what: 'no agent runs once all runs are canceled', within: '10s', holds: ({ nothingRuns }) => nothingRuns() },
    { what: 'the model is asked by nobody any more', within: '10s', holds: ({ modelRests }) => modelRests() },
    {
      what: 'the client leaves its session',
      within: '5s',
      async holds({ leaves }) {
        await leaves();
        return true;
      },
    },
  ],
});

function counted(words: number): string {
  return Array.from({ length: words }, (_, index) => `word-${index + 1} `).join('');
}
