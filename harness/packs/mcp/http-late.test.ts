// The pack over streamable HTTP: mistakes that show in nothing but an answer or an end that does not come. On a machine so busy that a
// check proves nothing, its test is skipped with that reason.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS, type Checked } from '../testing/checked.ts';

const SERVER = 'http-by-hand.mjs';
const TOOLS = ['--http', '3000/mcp', '--call', 'hello', '--slow', 'nap'];

/** Mistakes that do not meet share a start: what each of their checks says. */
const STARTS: readonly Readonly<Record<string, { mistake: string; said: RegExp }>>[] = [
  {
    'two-clients': {
      mistake: 'mixes-sessions',
      said: /^HANG not within 8 s after two clients asked at once: your server answers two clients/,
    },
    'half-open': {
      mistake: 'reads-one-at-a-time',
      said: /^HANG not within 8 s after a client was gone without a word in the middle of a request: your server answers the ping of another/,
    },
    'listens-again': {
      mistake: 'one-stream-for-ever',
      said: /^HANG not within 8 s after the client lost its stream and listened again: your server answers another GET with a stream/,
    },
    'term-with-stream': {
      mistake: 'waits-for-streams',
      said: /^DEAF your server lived 8 s after SIGTERM with a stream and a connection open: node/,
    },
    'term-busy': { mistake: 'waits-for-calls', said: /^DEAF your server lived 8 s after SIGTERM during a call of nap: node/ },
  },
  {
    listening: { mistake: 'head-with-first-event', said: /^HANG not within 8 s after a GET: your server answers a GET/ },
    'ping-beside-slow': { mistake: 'blocks', said: /^BLOCKED not within 3 s after a ping beside a call of nap/ },
    'slow-reader': {
      mistake: 'blocks-when-full',
      said: /^HANG not within 8 s after a client did not read its answers for a while: your server answers a ping beside a client that does not/,
    },
    'term-idle': { mistake: 'deaf', said: /^DEAF (your server lived|not within) 8 s after SIGTERM: node/ },
  },
];

for (const checks of STARTS) {
  const mistakes = Object.values(checks).map(({ mistake }) => mistake);
  let started: Promise<Checked> | undefined;
  for (const [key, { mistake, said }] of Object.entries(checks))
    test.concurrent(
      `'${key}' names a server with the mistake '${mistake}'`,
      async ({ skip }) => {
        started ??= checked('mcp', SERVER, mistakes, [...TOOLS, '--only', ...Object.keys(checks)]);
        const line = (await started).said[key] ?? '';
        skip(/^NOT PROVED .*the machine was busy/.test(line), line);
        expect(line).toMatch(said);
      },
      WITHIN_MS,
    );
}
