// What a script waits for, with a real child over stdio: its lines, the connections of its link, and a time.
import { expect, test } from 'vitest';
import { eventsOf } from '../../model/judging/history.ts';
import { defineScenario, type Script } from '../../model/scenario.ts';
import { playCase } from '../testing/play-case.ts';

const LINK = 'driver->server';

function play(script: (script: Script) => Promise<void>, command = 'while read -r line; do echo "got $line" >&2; done') {
  return playCase(
    defineScenario({
      title: 'a server that says what it has got',
      expectation: 'the script hears it',
      system: {
        name: 'server',
        topology: {
          nodes: [
            {
              name: 'server',
              role: 'server',
              command: ['sh', '-c', command],
              env: {},
              listens: { stdio: { transport: 'stdio' } },
              ready: { when: 'spawned' },
              readyWithinMs: 10_000,
              stopWithinMs: 3_000,
            },
          ],
          links: [{ name: LINK, from: 'driver', to: 'server', listener: 'stdio', framing: 'ndjson' }],
        },
        clients: () => ({}),
      },
      script,
      restWithin: '500ms',
    }),
  );
}

test('a line, the same line again, so many connections, and a time with its reason', async () => {
  const heard: unknown[] = [];
  const { verdict, history } = await play(async (script) => {
    heard.push(script.caseName, await script.connections(LINK, 0, { within: '5s' }));
    const { stdin, stdout } = await script.child(LINK);
    stdout.resume();
    heard.push(await script.connections(LINK, (open) => open > 0, { within: '10s' }));
    stdin.write('one\n');
    heard.push(await script.logged('server', 'got one', { within: '10s' }));
    stdin.write('two\none\n');
    heard.push(await script.logged('server', /^got (one|two)$/, { within: '10s', times: 3 }));
    const startedMs = performance.now();
    await script.passed('50ms', 'the server is given a moment');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(49);
    stdin.end();
    heard.push(await script.connections(LINK, 0, { within: '10s' }));
  });
  expect(verdict).toMatchObject({ outcome: 'pass' });
  expect(heard).toEqual(['stdio-case', 0, expect.any(Number), 'got one', 'got one', 0]);
  expect(eventsOf(history, 'mark')).toMatchObject([{ name: 'waits 50ms: the server is given a moment' }]);
});

test('a line that never comes is owed, and what was said last stands beside it', async () => {
  const { history } = await play(async (script) => {
    const { stdin, stdout } = await script.child(LINK);
    stdout.resume();
    stdin.write('one\n');
    await script.logged('server', 'got one', { within: '10s' });
    await script.logged('server', 'got two', { within: '50ms' });
  });
  expect(eventsOf(history, 'obligation').filter(({ state }) => state === 'unmet')).toMatchObject([
    { what: "'server' says 'got two'", lastSeen: '1 line(s), the last one: got one' },
  ]);
});
