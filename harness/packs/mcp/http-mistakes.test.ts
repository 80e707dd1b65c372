// The pack over streamable HTTP on a server with planted mistakes: each is named by its check. Mistakes that do not meet share a start.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const HTTP = ['--http', '3000/mcp'];
const SERVER = 'http-by-hand.mjs';
const TOOLS = ['--call', 'hello', '--slow', 'nap'];
/** Only the superuser can make a place full, and for others a place is read-only by its mode. */
const isRoot = process.getuid?.() === 0;

test.concurrent(
  'without a mistake it holds in every check',
  async () => {
    const { said, code } = await checked('mcp', SERVER, [], [...HTTP, '--strict', ...TOOLS]);
    const others = Object.entries(said).filter(([, line]) => !line.startsWith('HOLDS'));
    // It answers with JSON, and then nothing can be resumed.
    const lawful = ['resumes', 'resumes-right', ...(isRoot ? [] : ['full-disk'])].map((key) => [key, 'NOT APPLICABLE']);
    expect(others.map(([key, line]) => [key, line.slice(0, 14)])).toEqual(lawful);
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'what it answers, and to whom, is named',
  async () => {
    const mistakes = ['notification-is-200', 'listening-is-404', 'dies-of-no-json', 'any-version', 'any-host', 'everywhere', 'dies-of-big'];
    const others = ['dies-of-no-utf8', 'unknown-is-400', 'no-session-needed'];
    const only = ['handshake', 'notification', 'listening', 'rubbish', 'bad-encoding', 'version', 'origin', 'loopback', 'one-megabyte'];
    const ofSessions = ['ended-session', 'forgotten-session', 'missing-session'];
    const { said, outcomes, code } = await checked('mcp', SERVER, [...mistakes, ...others], [...HTTP, '--only', ...only, ...ofSessions]);
    expect(said['handshake']).toMatch(/^HOLDS/);
    expect(said['notification']).toMatch(/^WRONG STATUS your server answered a notification with HTTP 200 '.*', not with 202 and no body/);
    expect(said['listening']).toMatch(/^WRONG STATUS your server answered a GET with HTTP 404 '.*', not with a stream of events or 405/);
    expect(said['rubbish']).toMatch(
      /^CRASH exit code 1: SyntaxError: .* at http-by-hand\.mjs:\d+ after a request came whose body is no JSON/,
    );
    expect(said['bad-encoding']).toMatch(/^CRASH exit code 1: TypeError: .*utf-8 at http-by-hand\.mjs:\d+ after a request came whose body/);
    expect(said['version']).toMatch(/^ACCEPTED your server took a request with MCP-Protocol-Version: 1999-01-01/);
    expect(said['origin']).toMatch(/^SERVED your server gave a session to a page of http:\/\/attacker\.example:3000/);
    expect(said['one-megabyte']).toMatch(/^CRASH exit code 1: Error: too big at http-by-hand\.mjs:\d+ after a request of 1 MB/);
    expect(said['loopback']).toBe('HABIT EXPOSED  your server listens at 0.0.0.0:3000.');
    expect(said['ended-session']).toMatch(/^WRONG STATUS your server answered a request of a session that had ended with HTTP 400/);
    expect(said['forgotten-session']).toMatch(
      /^WRONG STATUS your server answered a request of a session from before its restart with HTTP 400/,
    );
    expect(said['missing-session']).toBe('HABIT SERVED  your server answered a request without Mcp-Session-Id with HTTP 200.');
    expect(outcomes['missing-session']).toBe('habit');
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test.concurrent(
  'what it takes in pieces or many at once is named',
  async () => {
    const mistakes = ['body-in-one-read', 'mixes-requests'];
    const only = ['split-everywhere', 'fifty-at-once'];
    const { said } = await checked('mcp', SERVER, mistakes, [...HTTP, '--only', ...only]);
    // It answers while bytes still come: then its answer may be lost to the reset of the connection.
    expect(said['split-everywhere']).toMatch(
      /^(?:REFUSED your server answered a request whose body comes byte by byte with HTTP 400 '.*Parse|ENDED your server ended the connection \(ECONNRESET\) instead of answering a request whose body comes byte by byte)/,
    );
    expect(said['fifty-at-once']).toMatch(/^WRONG ANSWER your server answered one of 50 pings with the response to 'burst-\d+'/);
  },
  WITHIN_MS,
);

test.concurrent(
  'what a running call has started and SIGTERM leaves is named',
  async () => {
    const { said } = await checked('mcp', SERVER, ['leaves-its-calls'], [...HTTP, ...TOOLS, '--only', 'term-busy']);
    expect(said['term-busy']).toMatch(/^ORPHAN a process of your server is left \(1: sleep \d+\) after SIGTERM during a call of nap/);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that loses an answer that nobody reads for a while is named',
  async () => {
    const { said } = await checked('mcp', SERVER, ['drops-for-slow'], [...HTTP, '--only', 'slow-reader']);
    expect(said['slow-reader']).toMatch(/^LOST your server sent nothing in the place of the answer to ping \d+ of 400/);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that resumes streams: what it loses, repeats or mixes is named',
  async () => {
    const only = [...HTTP, '--only', 'resumes', 'resumes-right'];
    const saidWith = async (...mistakes: string[]): Promise<Readonly<Record<string, string>>> =>
      (await checked('mcp', SERVER, ['resumes', ...mistakes], only)).said;
    const [well, nothing, all] = await Promise.all([saidWith(), saidWith('resumes-nothing'), saidWith('resumes-all')]);
    expect(Object.values(well).map((line) => line.split(' ')[0])).toEqual(['HOLDS', 'HOLDS']);
    expect(nothing['resumes']).toMatch(/^HABIT LOST {2}your server resumed a stream after its first event without the answer to 'lost-1'/);
    expect(nothing['resumes-right']).toMatch(/^HOLDS/);
    expect(all['resumes-right']).toMatch(/^TWICE your server sent event '.*-0' again, which the client has named as the last one/);
    const [others, ids] = await Promise.all([saidWith('resumes-others'), saidWith('ids-of-streams')]);
    expect(others['resumes-right']).toMatch(/^WRONG STREAM your server sent the answer to 'whole-1' again, .* resumed for 'lost-1'/);
    expect(ids['resumes-right']).toMatch(/^SAME ID your server gave the id '0' to two events of one session/);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that dies of clients that go is named',
  async () => {
    const dies = await checked('mcp', SERVER, ['dies-of-lost-requests'], [...HTTP, '--only', 'vanish', 'resets']);
    expect(dies.said['vanish']).toMatch(
      /^CRASH (exit code 1: Error: the request was lost at http-by-hand\.mjs:\d+|the same crash as in 'resets',) after clients went/,
    );
    expect(dies.said['resets']).toMatch(
      /^CRASH (exit code 1: Error: the request was lost at http-by-hand\.mjs:\d+|the same crash as in 'vanish',) after connections were reset/,
    );
  },
  WITHIN_MS,
);

test.concurrent(
  'what it does with calls, and what it holds of sessions that have gone, is named',
  async () => {
    const mistakes = ['call-leaves-child', 'goes-on-when-cancelled'];
    const { said } = await checked('mcp', SERVER, mistakes, [...HTTP, ...TOOLS, '--only', 'call', 'cancel']);
    expect(said['call']).toMatch(/^ORPHAN .*sleep 60/);
    expect(said['cancel']).toMatch(/^HABIT NOT CANCELLED {2}your server went on with a call of nap that was cancelled: sleep 30/);
    const keeps = await checked('mcp', SERVER, ['keeps-processes'], [...HTTP, '--only', 'come-and-go']);
    expect(keeps.said['come-and-go']).toMatch(/^LEAK your server keeps /);
  },
  WITHIN_MS,
);

const LACKS = ['few-descriptors', 'no-shell', 'read-only-home', 'full-disk'];

test.concurrent(
  'a server that dies of what it lacks is named for each thing',
  async () => {
    const mistakes = ['dies-of-crowds', 'calls-a-shell', 'calls-write'];
    const { said, code } = await checked('mcp', SERVER, mistakes, [...HTTP, '--call', 'hello', '--only', ...LACKS]);
    expect(said['few-descriptors']).toMatch(
      /^CRASH exit code 1: Error: EMFILE.* at http-by-hand\.mjs:\d+ after it had 64 descriptors, and 80 clients/,
    );
    expect(said['no-shell']).toMatch(/^CRASH exit code 1: Error: spawn sh ENOENT after there was no sh on its PATH/);
    expect(said['read-only-home']).toMatch(/^CRASH exit code 1: Error: (EPERM|EACCES).*'\$HOME\/\.by-hand' at http-by-hand\.mjs:\d+ after/);
    expect(said['full-disk']).toMatch(isRoot ? /^CRASH exit code 1: Error: ENOSPC.* at http-by-hand\.mjs:\d+ after/ : /^NOT APPLICABLE/);
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that does not start without it keeps no habit',
  async () => {
    const mistakes = ['starts-with-many-files', 'starts-by-shell', 'starts-with-a-file'];
    const { said, code } = await checked('mcp', SERVER, mistakes, [...HTTP, '--only', ...LACKS]);
    expect(said['few-descriptors']).toMatch(/^HABIT NO START {2}your server does not start with 64 descriptors: it ended before/);
    expect(said['no-shell']).toMatch(/^HABIT NO START {2}your server does not start without a shell on its PATH/);
    expect(said['read-only-home']).toMatch(/^HABIT NO START {2}your server does not start with a HOME that it cannot write/);
    expect(said['full-disk']).toMatch(isRoot ? /^HABIT NO START {2}your server does not start with a full disk/ : /^NOT APPLICABLE/);
    expect(code).toBe(0);
  },
  WITHIN_MS,
);
