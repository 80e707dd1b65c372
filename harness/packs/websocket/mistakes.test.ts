// The pack on a server with planted mistakes: each is named by its check. Mistakes that do not meet share a start.
import { expect, test } from 'vitest';
import { checked, WITHIN_MS } from '../testing/checked.ts';

const HELLO = ['--port', '8080', '--path', '/ws', '--hello', '{"type":"hello"}', '--expect', '{"type":"hello"}'];

test.concurrent(
  'what a server takes and does not understand is named',
  async () => {
    const mistakes = ['upgrade-in-one-read', 'frame-in-one-read', 'empty-pong', 'takes-unmasked', 'takes-reserved', 'takes-any-text'];
    const kept = ['no-close-frame', 'keeps-sockets', 'keeps-memory'];
    const checks = [
      'upgrade-split',
      'frames-split',
      'ping-content',
      'unmasked',
      'reserved',
      'wrong-text',
      'close',
      'come-and-go',
      'memory',
    ];
    const { said, code } = await checked('websocket', 'server.mjs', [...mistakes, ...kept], [...HELLO, '--only', 'handshake', ...checks]);
    expect(said['handshake']).toMatch(/^HOLDS/);
    expect(said['upgrade-split']).toMatch(/^ENDED your server ended the connection .* instead of answering an upgrade request/);
    expect(said['frames-split']).toMatch(
      /^ENDED your server ended the connection \(close frame 1002\) instead of answering a ping that comes byte/,
    );
    expect(said['ping-content']).toBe('WRONG PONG your server answered a ping of 8 bytes with 0 bytes.');
    expect(said['unmasked']).toBe('ACCEPTED your server took a ping without a mask, and the connection goes on.');
    expect(said['reserved']).toBe('ACCEPTED your server took a frame with the opcode 11, and the connection goes on.');
    expect(said['wrong-text']).toBe('ACCEPTED your server took a text message with the bytes 61c0af, and the connection goes on.');
    expect(said['close']).toBe('NO CLOSE FRAME your server ended the connection without a close frame.');
    expect(said['come-and-go']).toMatch(/^LEAK your server keeps fd socket and socket tcp CLOSE_WAIT after each '20 clients'/);
    expect(said['memory']).toMatch(/^LEAK your server keeps about \d+ KiB more after each 'two clients'/);
    expect(code).toBe(1);
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that waits for its clients, and reads no long lengths and no fragments, is named',
  async () => {
    const mistakes = ['short-lengths', 'no-fragments', 'waits-for-slow', 'waits-for-clients'];
    const checks = ['fragments', 'big-message', 'slow-reader', 'term-idle', 'term-with-clients'];
    const { said } = await checked('websocket', 'server.mjs', mistakes, [...HELLO, '--only', ...checks]);
    expect(said['fragments']).toMatch(/^ENDED your server ended the connection \(close frame 1002\) instead of answering/);
    expect(said['big-message']).toMatch(/^WRONG ANSWER your server answered a message of 70000 bytes, which is right, with close frame/);
    expect(said['slow-reader']).toMatch(/^HANG not within 4 s after another client stopped reading|^NOT PROVED .*the machine was busy/);
    expect(said['term-idle']).toMatch(/^HOLDS/);
    expect(said['term-with-clients']).toMatch(
      /^DEAF your server lived 8 s after SIGTERM with 5 clients: node|^NOT PROVED .*the machine was busy/,
    );
  },
  WITHIN_MS,
);

test.concurrent(
  'a server that dies of clients that go is named, with the place',
  async () => {
    const mistakes = ['dies-without-close', 'dies-of-resets'];
    const { said } = await checked('websocket', 'server.mjs', mistakes, [...HELLO, '--only', 'vanish', 'resets']);
    expect(said['vanish']).toMatch(
      /^CRASH exit code 1: Error: the client went without a close frame at server\.mjs:\d+ after clients went/,
    );
    expect(said['resets']).toMatch(/^CRASH exit code 1: Error: read ECONNRESET after connections were reset/);
  },
  WITHIN_MS,
);

test.concurrent.each([
  ['any exit code is an end', 'ends-with-1', /^HOLDS/],
  [
    'an error that nobody has caught is a crash',
    'throws-on-term',
    /^CRASH exit code 1 when it was asked to stop: Error: this was not expected at server\.mjs:\d+ after SIGTERM/,
  ],
])(
  'on SIGTERM %s',
  async (_what, mistake, said) => {
    const seen = await checked('websocket', 'server.mjs', [mistake], [...HELLO, '--only', 'term-idle']);
    expect(seen.said['term-idle']).toMatch(said);
  },
  WITHIN_MS,
);
