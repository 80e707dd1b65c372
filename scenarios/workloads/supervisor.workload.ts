import { defineWorkload } from 'tornwire';
import { workingSupervisor, workingSupervisorStack } from '../../fixtures/stack.ts';

/** The longest id or name, and the longest path. */
const [ID, PATH] = [256, 4_096];
/** Not a word of it is the model's to understand. */
const isPlain = (text: string): boolean => text !== '' && !text.includes('#') && text.isWellFormed();
/** What the agent is asked, and why there is no whole answer. */
const IN_VAIN = [
  '',
  'refused #status 400',
  'refused #status 503',
  'silent #silent 0',
  'silent #words 4 #silent 2',
  'unknown #nothing 1',
] as const;
const NOBODY = { host: '127.0.0.1', port: 9 };

export default defineWorkload({
  title: 'registry and proxy tell each dashboard the same, and an agent says what its model says to everybody, whatever breaks',
  system: workingSupervisorStack(),
  begin: (script) => workingSupervisor(script),
  operations: (operation) => ({
    'a dashboard registers a node': operation({
      weight: 3,
      arguments: (any) => ({
        id: any.text({ longest: ID }).filter((id) => id !== '' && id !== 'agent-1'),
        host: any.oneOf('127.0.0.1', 'localhost', '::1', 'a-b.invalid'),
        port: any.whole({ min: 1, max: 65_535 }),
        name: any.text({ longest: ID }),
        directory: any.text({ longest: PATH }),
      }),
      run: ({ register }, node) => register(node),
    }),
    'a node registers anew with other words': operation({
      arguments: (any) => ({ which: any.which(), port: any.whole({ min: 1, max: 65_535 }), name: any.text({ longest: ID }) }),
      async run({ register, registered }, { which, port, name }) {
        const id = registered(which);
        if (id !== undefined) await register({ id, host: '127.0.0.1', port, name });
      },
    }),
    'a node deregisters': operation({
      arguments: (any) => ({ which: any.which() }),
      async run({ deregister, registered }, { which }) {
        const id = registered(which);
        if (id !== undefined) await deregister(id);
      },
    }),
    'the list is what the events have told': operation({ weight: 2, run: ({ listsWhatItTells }) => listsWhatItTells() }),
    'much is told beside a dashboard that does not read': operation({
      within: '8s',
      run: ({ isToldMuchBesideADeafOne }) => isToldMuchBesideADeafOne(),
    }),
    'a node is taken over by a newer connection': operation({
      arguments: (any) => ({ how: any.oneOf('close', 'terminate') }),
      run: ({ handsOver }, { how }) => handsOver('moved', how),
    }),
    'what may not be registered is refused': operation({
      arguments: (any) => ({
        wrong: any.oneOf<Record<string, null | number | string>>(
          { id: '' },
          { id: 'x'.repeat(ID + 1) },
          { id: null },
          { port: 0 },
          { port: 65_536 },
          { port: -1 },
          { port: 1.5 },
          { port: '80' },
          { host: 'a b' },
          { host: '' },
          { directory: 'x'.repeat(PATH + 1) },
        ),
      }),
      run: ({ isRefused }, { wrong }) => isRefused('register', { id: 'wrong', ...NOBODY, ...wrong }),
    }),
    'the node of another connection is not removed': operation({ run: ({ isRefused }) => isRefused('deregister', { id: 'agent-1' }) }),
    'what is no request gets an error, with the id that it has': operation({
      arguments: (any) => ({
        said: any.oneOf<{ text: string } | { id: number | string; rest: Record<string, null | number | string | string[]> }>(
          { text: '' },
          { text: 'hello' },
          { text: '{' },
          { text: '[]' },
          { text: 'null' },
          { text: '"ping"' },
          { text: '{"method":"ping"}' },
          { text: '{"id":null,"method":"ping"}' },
          { text: '{"id":true}' },
          { text: '\u0000é' },
          { id: 'a', rest: {} },
          { id: 'é', rest: { method: 5 } },
          { id: 0, rest: { method: '' } },
          { id: -1, rest: { method: 'no_such' } },
          { id: 2 ** 53 - 1, rest: { method: 'ping', params: 'x' } },
          { id: 'a', rest: { method: 'ping', params: [] } },
          { id: 'a', rest: { method: '__proto__' } },
        ),
      }),
      run: ({ isNoRequest }, { said }) =>
        'text' in said ? isNoRequest(said.text, null) : isNoRequest(JSON.stringify({ id: said.id, ...said.rest }), said.id),
    }),
    'the registry answers a ping': operation({
      arguments: (any) => ({ payload: any.oneOf('', 'x', 'Grüße', 'p'.repeat(125)) }),
      async run({ ask, pingRegistry }, { payload }) {
        await ask('ping');
        await pingRegistry(payload);
      },
    }),
    'folders below the root are listed': operation({
      arguments: (any) => ({ path: any.oneOf('.', 'supervisor', './supervisor/../room') }),
      run: ({ ask }, { path }) => ask('list_directories', { path }),
    }),
    'folders that are not below the root are refused': operation({
      arguments: (any) => ({
        path: any.oneOf('..', '/', '../..', 'supervisor/../..', 'no such', 'room/main.ts', '\u0000', 'x'.repeat(4_097)),
      }),
      run: ({ isRefused }, { path }) => isRefused('list_directories', { path }),
    }),
    'an agent is spawned': operation({
      arguments: (any) => ({ name: any.text({ longest: ID }).filter((name) => !name.includes('\u0000')) }),
      run: ({ spawns }, { name }) => spawns(name),
    }),
    'who has the token enters': operation({
      arguments: (any) => ({
        path: any.oneOf('/ws?token={token}', '/ws?role=agent&x=%20&token={token}', `/ws?token={token}&pad=${'x'.repeat(8_000)}`),
      }),
      run: ({ enters }, { path }) => enters(path, 'accepted'),
    }),
    'who may not enter is refused': operation({
      arguments: (any) => ({
        path: any.oneOf(
          '/ws',
          '/ws?token=',
          '/ws?token=wrong',
          '/ws?token={token}x',
          '/ws?token=%',
          '/ws/agent/agent-1',
          '/ws/agent/nobody?token={token}',
          '/ws/agent/?token={token}',
          '/nothing?token={token}',
          `/ws?token={token}&pad=${'x'.repeat(17_000)}`,
        ),
      }),
      run: ({ enters }, { path }) => enters(path, 'refused'),
    }),
    'the agent says what its model says': operation({
      weight: 2,
      arguments: (any) => ({ text: any.text({ longest: 70_000 }).filter(isPlain) }),
      run: ({ prompt, question }, { text }) => prompt(question(text)),
    }),
    'an answer that takes its time is whole': operation({
      weight: 2,
      arguments: (any) => ({ words: any.whole({ min: 1, max: 60 }), everyMs: any.whole({ min: 0, max: 20 }) }),
      run: ({ prompt, question }, { words, everyMs }) => prompt(question(`count #words ${words} #every ${everyMs}`)),
    }),
    'a prompt without a whole answer is an error': operation({
      arguments: (any) => ({ words: any.oneOf(...IN_VAIN) }),
      run: ({ promptIsRefused, question }, { words }) => promptIsRefused(words && question(words)),
    }),
    'a prompt that is repeated is carried out once': operation({
      arguments: (any) => ({ words: any.whole({ min: 1, max: 30 }) }),
      run: ({ promptTwice, question }, { words }) => promptTwice(question(`twice #words ${words}`)),
    }),
    'half a prompt is an error': operation({
      arguments: (any) => ({ text: any.text({ longest: 200 }), part: any.whole({ min: 1, max: 99 }) }),
      run: ({ halfAPrompt }, { text, part }) => halfAPrompt(text, part),
    }),
    'a client fetches what it missed': operation({
      arguments: (any) => ({ which: any.which() }),
      run: ({ fetchMissed }, { which }) => fetchMissed(which),
    }),
    'bytes pass as they are': operation({
      weight: 2,
      arguments: (any) => ({ bytes: any.oneOf(0, 1, 125, 126, 127, 65_535, 65_536, 200_000), fragments: any.oneOf(1, 1, 2, 3) }),
      run: ({ attach }, { bytes, fragments }) => attach(bytes, fragments),
    }),
    'a ping through the proxy is answered': operation({
      arguments: (any) => ({ payload: any.oneOf('', 'x', 'Grüße', 'p'.repeat(125)) }),
      run: ({ pingAgent }, { payload }) => pingAgent(payload),
    }),
    'who leaves with a code is answered with it': operation({
      arguments: (any) => ({ code: any.oneOf(1000, 1001, 1011, 3000, 4001, 4999) }),
      run: ({ leaveAgent }, { code }) => leaveAgent(code),
    }),
    'an agent that ends well is removed, and is back once it is started again': operation({
      within: '12s',
      arguments: (any) => ({ beside: any.oneOf('nobody', 'a client that does not read') }),
      run: ({ endsAndComesBack }, { beside }) => endsAndComesBack(beside !== 'nobody'),
    }),
    'an agent that listens nowhere is reported': operation({ run: ({ reachesNobody }) => reachesNobody() }),
  }),
  observers: {
    'another dashboard': { join: ({ watchRegistry }) => watchRegistry(), sees: ({ registryNodes }) => registryNodes() },
    'a client of the agent': { join: ({ watchAgent }) => watchAgent(), sees: ({ conversation }) => conversation() },
  },
  always: [
    { what: 'a prompt is carried out at most once, and half a prompt never', holds: ({ promptsAreUnique }) => promptsAreUnique() },
    { what: 'a prompt is put to the model at most once', holds: ({ isAskedOnce }) => isAskedOnce() },
  ],
  recovered: [
    {
      what: 'the agent is registered',
      within: '10s',
      holds: async ({ registryStatus }) => (await registryStatus('agent-1')) === 'online',
    },
    {
      what: 'a prompt through the proxy is answered',
      within: '10s',
      async holds({ prompt, question }) {
        await prompt(question('works again'));
        return true;
      },
    },
    {
      what: 'the list is what the events have told',
      within: '5s',
      async holds({ listsWhatItTells }) {
        await listsWhatItTells();
        return true;
      },
    },
    { what: 'what was registered for the work can be taken back', within: '10s', holds: ({ deregisterAll }) => deregisterAll() },
    {
      what: 'nodes that nobody registers any more are removed',
      within: '10s',
      holds: async ({ registryNodes }) => ((await registryNodes()) as { status: string }[]).every(({ status }) => status === 'online'),
    },
    { what: 'the dashboard program shows the nodes, and how far the agent has come', within: '10s', holds: ({ pageShows }) => pageShows() },
    { what: 'the model is asked by nobody any more', within: '5s', holds: ({ modelRests }) => modelRests() },
    { what: 'who has left is forgotten', within: '10s', holds: ({ nobodyIsLeftOver }) => nobodyIsLeftOver() },
  ],
});
