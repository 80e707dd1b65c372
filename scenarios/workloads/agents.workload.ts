import { defineWorkload } from 'tornwire';
import { mcpStdioStack, saidBack, workingAgents, type RunEnd } from '../../fixtures/stack.ts';

const COMPLETED: RunEnd = { state: 'completed', text: 'You said: hello' };
const FAILED: RunEnd = { state: 'failed' };
const TOOLS = ['codex_run', 'codex_local_exec'] as const;
/** What an agent may do, and how its run must end then. */
const CONDUCT: Readonly<Record<string, RunEnd>> = {
  '!exit 3': FAILED,
  '!half-line hello': FAILED,
  '!stray this is no message\nhello': COMPLETED,
  '!stderr a warning\nhello': COMPLETED,
  '!ignore-term hello': COMPLETED,
  '!sleep 200 hello': COMPLETED,
  '!child-holds-stdout 5000 hello': COMPLETED,
  '!double-fork 5000 hello': COMPLETED,
  '!output 200KB hello': { state: 'completed' },
  '!one-byte-at-a-time Grüße 東京 😀': { state: 'completed', text: 'You said: Grüße 東京 😀' },
};
const ENDLESS = [
  '!silence',
  '!ignore-term !silence',
  '!child-holds-stdout 20000 !silence',
  '!ignore-term !double-fork 20000 !silence',
] as const;

export default defineWorkload({
  title: 'the supervisor tells the truth about its agents, and nothing of them is left, whatever breaks',
  system: mcpStdioStack(),
  begin: (script) => workingAgents(script),
  operations: (operation) => ({
    'an agent answers': operation({
      within: '10s',
      arguments: (any) => ({
        tool: any.oneOf(...TOOLS),
        text: any.text({ longest: 60_000 }).filter((text) => text !== '' && !text.includes('!')),
      }),
      run: ({ runs }, { tool, text }) => runs(tool, { prompt: text }, { state: 'completed', text: saidBack(text) }),
    }),
    'an agent that misbehaves ends as it must': operation({
      weight: 2,
      within: '10s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), prompt: any.oneOf(...Object.keys(CONDUCT)) }),
      run: ({ runs }, { tool, prompt }) => runs(tool, { prompt }, CONDUCT[prompt] ?? FAILED),
    }),
    'an agent has the modules of its project, and one that is missing is told': operation({
      within: '10s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), module: any.oneOf('of its project', 'of nobody') }),
      run: ({ imports }, { tool, module }) => imports(tool, module),
    }),
    'a run that takes too long is ended': operation({
      within: '10s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), prompt: any.oneOf(...ENDLESS), timeoutMs: any.whole({ min: 1, max: 300 }) }),
      run: ({ runs }, { tool, prompt, timeoutMs }) => runs(tool, { prompt, timeoutMs }, { state: 'failed', kind: 'timed_out' }),
    }),
    'a run that is canceled is dead': operation({
      within: '10s',
      arguments: (any) => ({ tool: any.oneOf(...TOOLS), prompt: any.oneOf(...ENDLESS), begun: any.oneOf(true, true, false) }),
      run: ({ cancels }, { tool, prompt, begun }) => cancels(tool, prompt, begun),
    }),
    'a thread goes on': operation({
      within: '10s',
      arguments: (any) => ({ which: any.which() }),
      run: ({ resumes }, { which }) => resumes(which),
    }),
    'the status adds up': operation({ run: ({ statusAddsUp }) => statusAddsUp() }),
    'a run that is over stays so': operation({ run: ({ statesNeverGoBack }) => statesNeverGoBack() }),
    'what may not be called is refused': operation({
      arguments: (any) => ({
        wrong: any.oneOf<string>(
          'no_such_tool {}',
          'codex_run {}',
          'codex_run {"prompt":""}',
          'codex_run {"prompt":5}',
          'codex_run {"prompt":"x","workingDirectory":"relative"}',
          'codex_run {"prompt":"x","workingDirectory":"/no/such/folder"}',
          'codex_run {"prompt":"x","timeoutMs":0}',
          'codex_local_resume {"prompt":"x"}',
          'codex_local_resume {"prompt":"x","threadId":""}',
          'codex_results {"runId":"é"}',
          'codex_results {"waitMs":-1}',
          'codex_cancel {}',
          'codex_cancel {"runId":""}',
        ),
      }),
      run: ({ isRefused }, { wrong }) => {
        const [tool = '', ...words] = wrong.split(' ');
        return isRefused(tool, JSON.parse(words.join(' ')) as object);
      },
    }),
    'a line that is no message stops nothing': operation({
      arguments: (any) => ({
        line: any.oneOf('', ' ', 'hello', '{', '{}', '[]', 'null', '{"jsonrpc":"2.0"}', 'é\u2028', 'x'.repeat(70_000)),
      }),
      run: ({ writes }, { line }) => writes(line),
    }),
  }),
  recovered: [
    {
      what: 'an agent answers',
      within: '15s',
      async holds({ runs }) {
        await runs('codex_run', { prompt: 'hello' }, COMPLETED);
        return true;
      },
    },
    { what: 'no agent runs once all runs are canceled', within: '10s', holds: ({ nothingRuns }) => nothingRuns() },
    { what: 'nothing but messages has come from the server', within: '2s', holds: ({ saysNothingElse }) => saysNothingElse() },
  ],
});
