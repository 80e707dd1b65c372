import assert from 'node:assert/strict';
import { defineScenario, eventsOf, failOrPass, fault, type Oracle } from 'tornwire';
import { mcpStdioStack } from '../../fixtures/stack.ts';

const LINK = 'client->agents';

/** What a fault puts between two lines is not among the frames: these are what the supervisor itself has written. */
const onlyMessages: Oracle = {
  name: 'protocol',
  question: 'Is every line that the supervisor writes on its stdout a JSON-RPC message?',
  judge(history) {
    const strays = eventsOf(history, 'frame').filter(
      ({ link, direction, connection, payload }) =>
        // Of a child the second of three connections is its stdout.
        link === LINK && direction === 'downstream' && connection % 3 === 2 && payload !== undefined && !isMessage(payload),
    );
    const [first] = strays;
    if (!first) return failOrPass('protocol', []);
    const message = `'agents' wrote on its stdout what is no JSON-RPC message (${strays.length} lines): ${first.payload?.slice(0, 160)}`;
    return failOrPass('protocol', [{ message, subject: 'agents', events: strays.map(({ seq }) => seq) }]);
  },
};

function isMessage(line: string): boolean {
  try {
    return (JSON.parse(line) as { jsonrpc?: string }).jsonrpc === '2.0';
  } catch {
    return false;
  }
}

export default defineScenario({
  title: 'what an agent writes amid its events never reaches the stdout of the supervisor',
  expectation:
    'the client gets every answer although a stray line is on the wire; stray lines of an agent cost the supervisor no answer and go no further',
  tags: ['gate', 'agents'],
  system: mcpStdioStack(),
  schedule: [fault(LINK, { kind: 'stray-line', line: 'a warning of some library' }, { frame: { matches: { contains: 'You said' } } })],
  oracles: [onlyMessages],
  async script({ runToItsEnd, report }) {
    for (const tool of ['codex_run', 'codex_local_exec'] as const) {
      const { state, text } = await runToItsEnd(tool, { prompt: 'hello !stray rubbish of an agent' });
      assert.deepEqual({ state, text }, { state: 'completed', text: 'You said: hello' });
    }
    assert.ok((await report()).strays.includes('a warning of some library'));
  },
});
