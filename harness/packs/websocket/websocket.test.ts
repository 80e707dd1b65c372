// The pack on the ordinary echo server of the library ws, which does everything well, and on commands that are none.
import { expect, test } from 'vitest';
import { websocket } from './websocket.ts';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const HELLO = ['--port', '8080', '--hello', '{"type":"hello"}', '--expect', '{"type":"hello"}'];

test(
  'the echo server of the library ws holds in every check',
  async () => {
    // What memory keeps costs hundreds of clients: that check is tried on the server that does keep it.
    const keys = Object.keys(websocket.checks({ command: [], cwd: '/', settings: { port: '8080' } })).filter((key) => key !== 'memory');
    const { total, said, code } = await checked('websocket', 'echo.mjs', [], [...HELLO, '--only', ...keys]);
    expect(Object.values(said).filter((line) => !line.startsWith('HOLDS'))).toEqual([]);
    expect(total).toBe('18 checks: 18 hold, 0 broken, 0 not proved');
    expect(code).toBe(0);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that listens elsewhere is told so in one line, and nothing else is begun',
  async () => {
    const { err, code, said } = await checked('websocket', 'echo.mjs', [], ['--port', '8081', '--only', 'handshake']);
    expect(err).toMatch(
      /listens at \[::\]:8080, not at 127\.0\.0\.1:8081\. Say where it listens \(--port 8080\), or give it the variable .* \(--env PORT=8081\)\n$/,
    );
    expect(said).toEqual({});
    expect(code).toBe(2);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that does not start is told with its last words',
  async () => {
    const { err, code } = await checked('websocket', 'no-such-file.mjs', [], ['--port', '8080', '--only', 'handshake']);
    expect(err).toMatch(/ended before it listened at port 8080: exit code 1; it said: Error: Cannot find module/);
    expect(code).toBe(2);
  },
  WITHIN_MS,
);

test.concurrent(
  'a check without a port says what is missing, and starts nothing',
  async () => {
    const { err, code } = await checked('websocket', 'echo.mjs', [], ['--port', 'none']);
    expect(err).toBe("tornwire: pack 'websocket': --port none: a port is a number from 1 to 65535\n");
    expect(code).toBe(2);
  },
  WITHIN_MS,
);
