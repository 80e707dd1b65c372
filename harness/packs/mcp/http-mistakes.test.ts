// The pack over streamable HTTP on a server with planted mistakes: each is named by its check. Mistakes that do not meet share a start.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const HTTP = ['--http', '3000/mcp'];
const SERVER = 'http-by-hand.mjs';

test.concurrent(
  'without a mistake it holds in every check',
  async () => {
    const { said, code } = await checked('mcp', SERVER, [], [...HTTP, '--strict', '--call', 'hello', '--slow', 'nap', '--only', ...WELL]);
    expect(Object.values(said).filter((line) => !line.startsWith('HOLDS'))).toEqual([]);
    expect(Object.keys(said)).toHaveLength(WELL.length);
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

/** What the mistakes below are about. */
const WELL = ['handshake', 'notification', 'listening', 'rubbish', 'version', 'origin', 'loopback', 'ended-session', 'cancel'];

test.concurrent(
  'what it answers, and to whom, is named',
  async () => {
    const mistakes = ['notification-is-200', 'listening-is-404', 'dies-of-no-json', 'any-version', 'any-host', 'everywhere', 'dies-of-big'];
    const sessions = ['unknown-is-400', 'no-session-needed'];
    const only = ['handshake', 'notification', 'listening', 'rubbish', 'version', 'origin', 'loopback', 'one-megabyte'];
    const ofSessions = ['ended-session', 'forgotten-session', 'missing-session'];
    const { said, outcomes, code } = await checked('mcp', SERVER, [...mistakes, ...sessions], [...HTTP, '--only', ...only, ...ofSessions]);
    expect(said['handshake']).toMatch(/^HOLDS/);
    expect(said['notification']).toMatch(/^WRONG STATUS your server answered a notification with HTTP 200 '.*', not with 202 and no body/);
    expect(said['listening']).toMatch(/^WRONG STATUS your server answered a GET with HTTP 404 '.*', not with a stream of events or 405/);
    expect(said['rubbish']).toMatch(
      /^CRASH exit code 1: SyntaxError: .* at http-by-hand\.mjs:\d+ after a request came whose body is no JSON/,
    );
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
  'what it takes in pieces or for two clients is named',
  async () => {
    const mistakes = ['body-in-one-read', 'mixes-sessions'];
    const only = ['split-everywhere', 'two-clients'];
    const { said } = await checked('mcp', SERVER, mistakes, [...HTTP, '--only', ...only]);
    expect(said['split-everywhere']).toMatch(
      /^REFUSED your server answered a request whose body comes byte by byte with HTTP 400 '.*Parse/,
    );
    expect(said['two-clients']).toMatch(
      /^HANG not within 8 s after two clients asked at once: your server answers two clients|^NOT PROVED .*the machine was busy/,
    );
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that dies of clients that go, and one that waits for streams, is named',
  async () => {
    const mistakes = ['waits-for-streams', 'head-with-first-event'];
    const only = ['term-idle', 'listening'];
    const { said } = await checked('mcp', SERVER, mistakes, [...HTTP, '--only', ...only]);
    expect(said['term-idle']).toMatch(/^HOLDS/);
    expect(said['listening']).toMatch(/^HANG not within 8 s after a GET: your server answers a GET|^NOT PROVED .*the machine was busy/);
    const dies = await checked('mcp', SERVER, ['dies-of-lost-requests'], [...HTTP, '--only', 'vanish', 'resets']);
    expect(dies.said['vanish']).toMatch(
      /^CRASH (exit code 1: Error: the request was lost at http-by-hand\.mjs:\d+|the same crash as in 'resets',) after clients went/,
    );
    expect(dies.said['resets']).toMatch(
      /^CRASH (exit code 1: Error: the request was lost at http-by-hand\.mjs:\d+|the same crash as in 'vanish',) after connections were reset/,
    );
    const late = await checked('mcp', SERVER, ['waits-for-streams'], [...HTTP, '--only', 'term-with-stream']);
    expect(late.said['term-with-stream']).toMatch(
      /^DEAF your server lived 8 s after SIGTERM with a stream and a connection open: node|^NOT PROVED .*the machine was busy/,
    );
  },
  WITHIN_MS,
);

test.concurrent(
  'what it does with calls, and what it holds of sessions that have gone, is named',
  async () => {
    const tools = ['--call', 'hello', '--slow', 'nap'];
    const mistakes = ['call-leaves-child', 'goes-on-when-cancelled', 'one-stream-for-ever'];
    const { said } = await checked('mcp', SERVER, mistakes, [...HTTP, ...tools, '--only', 'call', 'cancel', 'listens-again']);
    expect(said['call']).toMatch(/^ORPHAN .*sleep 60/);
    expect(said['cancel']).toMatch(/^HABIT NOT CANCELLED {2}your server went on with a call of nap that was cancelled: sleep 30/);
    expect(said['listens-again']).toMatch(
      /^HANG not within 8 s after the client lost its stream and listened again|^NOT PROVED .*the machine was busy/,
    );
    const blocked = await checked(
      'mcp',
      SERVER,
      ['blocks', 'keeps-processes'],
      [...HTTP, ...tools, '--only', 'ping-beside-slow', 'come-and-go'],
    );
    expect(blocked.said['ping-beside-slow']).toMatch(
      /^BLOCKED not within 3 s after a ping beside a call of nap|^NOT PROVED .*the machine was busy/,
    );
    expect(blocked.said['come-and-go']).toMatch(/^LEAK your server keeps /);
  },
  WITHIN_MS,
);
