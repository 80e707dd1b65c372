// The pack over streamable HTTP: on a server of the official SDK, which does everything well, and on commands that are none.
import { expect, test } from 'vitest';
import { mcp } from './mcp.ts';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const HTTP = ['--http', '3000/mcp'];
const TOOLS = ['--call', 'hello', '--slow', 'nap'];

test(
  'a server of the official SDK holds in every check',
  async () => {
    const keys = Object.keys(mcp.checks({ command: ['node'], cwd: '/', settings: { http: '3000' } }));
    const { total, said, code } = await checked('mcp', 'http.mjs', [], [...HTTP, ...TOOLS, '--strict']);
    // Only the superuser can make a place full.
    const isRoot = process.getuid?.() === 0;
    const others = Object.entries(said).filter(([, line]) => !line.startsWith('HOLDS'));
    expect(others.map(([key, line]) => [key, line.slice(0, 14)])).toEqual(isRoot ? [] : [['full-disk', 'NOT APPLICABLE']]);
    const count = keys.length - others.length;
    expect(total).toBe(`${keys.length} checks: ${count} hold, 0 broken, 0 not proved${isRoot ? '' : ', 1 not applicable'}`);
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that keeps no sessions is lawful: what is about sessions is not applicable',
  async () => {
    const sessions = ['ended-session', 'forgotten-session', 'missing-session'];
    const { outcomes, said, total, code } = await checked(
      'mcp',
      'http-by-hand.mjs',
      ['stateless'],
      [...HTTP, '--only', 'handshake', 'two-clients', ...sessions],
    );
    expect(total).toBe('5 checks: 2 hold, 0 broken, 0 not proved, 3 not applicable');
    for (const key of sessions) expect(outcomes[key]).toBe('not applicable');
    expect(said['missing-session']).toBe(
      'NOT APPLICABLE your server answers a request without its session with 400: it gives no session id',
    );
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server at another port, or at another path, is told so in one line with the cure, and nothing else is begun',
  async () => {
    const port = await checked('mcp', 'http.mjs', [], ['--http', '3001/mcp']);
    expect(port.err).toMatch(
      /listens at 127\.0\.0\.1:3000, not at 127\.0\.0\.1:3001\. Say where it listens \(--http 3000\/mcp\), or give it the variable by which it takes another port \(--env PORT=3001\)\n$/,
    );
    expect(port.said).toEqual({});
    expect(port.code).toBe(2);
    const path = await checked('mcp', 'http.mjs', [], ['--http', '3000/other']);
    expect(path.err).toMatch(
      /answered initialize at \/other with HTTP 404 '.*Not found.*': --http 3000\/path says where the MCP endpoint is/,
    );
    expect(path.code).toBe(2);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that wants to know who asks: one line says what to give, and what is given stands nowhere',
  async () => {
    const secret = 'open-sesame-1';
    const given = [...HTTP, '--header', `Authorization: Bearer ${secret}`];
    const none = await checked('mcp', 'http-by-hand.mjs', ['asks-who'], HTTP);
    expect(none.err).toMatch(/HTTP 401 '.*': it wants to know who asks \(Bearer\): --header 'Name: value' says it, and the usual name/);
    expect(none.code).toBe(2);
    const wrong = await checked('mcp', 'http-by-hand.mjs', ['asks-who'], [...HTTP, '--header', `Authorization: Bearer not-${secret}`]);
    expect(wrong.err).toMatch(/HTTP 401 '.*': it does not let in who asks with authorization; --header says it anew/);
    // It logs what it was given, and with that mistake it has a finding too.
    const only = ['--only', 'handshake', 'notification', 'two-clients', 'ended-session'];
    const well = await checked('mcp', 'http-by-hand.mjs', ['asks-who', 'notification-is-200'], [...given, ...only]);
    expect(Object.values(well.said).map((line) => line.split(' ')[0])).toEqual(['HOLDS', 'WRONG', 'HOLDS', 'HOLDS']);
    expect(well.left).toContain('asked by ');
    const saved = await checked('mcp', 'http-by-hand.mjs', ['asks-who'], [...given, '--save']);
    expect(saved.left).toContain('headers: { "authorization": process.env["TORNWIRE_HEADER_AUTHORIZATION"] ?? \'\' },');
    for (const { left } of [wrong, well, saved]) expect(left).not.toContain(secret);
  },
  WITHIN_MS,
);

test.concurrent.each([
  [['--header', 'no header, swordfish-1'], "tornwire: --header: a name, a colon and a value, such as 'Accept-Language: en'\n"],
  [['--header', 'X-None'], 'tornwire: --header X-None: no value, neither behind a colon nor in TORNWIRE_HEADER_X_NONE\n'],
])('%j is refused, and no value is quoted', async (words, said) => {
  const { err, code } = await checked('mcp', 'http.mjs', [], [...HTTP, ...words]);
  expect(err).toBe(said);
  expect(code).toBe(2);
});

test.concurrent(
  'a program that is no MCP server, and one that does not start, are told so in one line',
  async () => {
    const other = await checked('mcp', '../../websocket/testing/echo.mjs', [], ['--http', '8080/']);
    expect(other.err).toMatch(/answered initialize at \/ with HTTP 4\d\d '.*': that is no answer of an MCP server to a first message/);
    expect(other.code).toBe(2);
    const none = await checked('mcp', 'no-such-file.mjs', [], HTTP);
    expect(none.err).toMatch(/ended before it listened at port 3000: exit code 1; it said: Error: Cannot find module/);
    expect(none.code).toBe(2);
  },
  WITHIN_MS,
);

test.concurrent.each([
  ['none', "tornwire: pack 'mcp': --http none: a port with a path, such as 3000/mcp\n"],
  ['70000/mcp', "tornwire: pack 'mcp': --http 70000/mcp: a port is a number from 1 to 65535\n"],
])('--http %s is refused before anything starts', async (given, said) => {
  const { err, code } = await checked('mcp', 'http.mjs', [], ['--http', given]);
  expect(err).toBe(said);
  expect(code).toBe(2);
});
