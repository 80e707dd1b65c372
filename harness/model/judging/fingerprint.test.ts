import { describe, expect, test } from 'vitest';
import { fingerprint, normalised } from './fingerprint.ts';

const finding = (message: string, oracle = 'crash') => ({ oracle, message, events: [1] });

describe('normalised', () => {
  test.each([
    ["'desktop-2' ended with code 1 without being asked", "'desktop-#' ended with code # without being asked"],
    ['connect ECONNREFUSED 127.13.0.2:4000', 'connect ECONNREFUSED <address>'],
    ['connect ECONNREFUSED [::1]:80', 'connect ECONNREFUSED <address>'],
    ['GET http://127.0.0.1:80/party/a?x=1 gave 404', 'GET <address> gave #'],
    ["ENOENT: no such file, open '/tmp/tw-a1b2/room.json'", "ENOENT: no such file, open '<path>'"],
    ['session 550e8400-e29b-41d4-a716-446655440000 of 3f2a9c881b', 'session <id> of <id>'],
    ['at 0x7ffe12 for w1x2y3z', 'at <id> for <id>'],
    ['not within 1.5 s but 250ms or 2min', 'not within <time> but <time> or <time>'],
    ['\u001b[31mred\u001b[0m  and   wide', 'red and wide'],
    ['sockets 4 -> 12 (held by pid 17)', 'sockets # -> #'],
    ["'x' did not happen (hang (a), last seen: one", "'x' did not happen"],
    ['TypeError: act(a) is not a function', 'TypeError: act(a) is not a function'],
  ])('%s', (message, expected) => expect(normalised(message)).toBe(expected));

  test('of the lines below the sentence only the functions of the top stack frames count', () => {
    const message = [
      "'bridge' ended with code 1: Error: EPIPE",
      '  | at nine o clock'.replace('at', 'started at'),
      '  |     at write (file:///srv/tw-1/bridge/ipc.ts:10:3)',
      '  |     at async Batch.send (/srv/bridge/batch.ts:7:1)',
      '  |     at node:internal/process:95:5',
      '  |     at deeper (x.ts:1:1)',
    ].join('\n');
    expect(normalised(message).split('\n')).toEqual([
      "'bridge' ended with code #: Error: EPIPE",
      'write',
      'Batch.send',
      'node:internal/process:#:#',
    ]);
  });
});

describe('fingerprint', () => {
  const one = fingerprint(finding("'desktop-1' ended with code 1 (pid 17)\n  | at reply (/a/b.ts:1:1)"), 'desktop');

  test('is twelve hexadecimal digits', () => expect(one).toMatch(/^[0-9a-f]{12}$/));

  test('is the same for another desktop, another process and another line number', () => {
    expect(fingerprint(finding("'desktop-2' ended with code 1 (pid 99)\n  | at reply (/c/b.ts:8:1)"), 'desktop')).toBe(one);
  });

  test('differs by oracle, by role, by what is said and by where it happened', () => {
    const others = [
      fingerprint(finding("'desktop-1' ended with code 1\n  | at reply (/a/b.ts:1:1)", 'hang'), 'desktop'),
      fingerprint(finding("'desktop-1' ended with code 1\n  | at reply (/a/b.ts:1:1)"), 'room'),
      fingerprint(finding("'desktop-1' ended by SIGSEGV\n  | at reply (/a/b.ts:1:1)"), 'desktop'),
      fingerprint(finding("'desktop-1' ended with code 1\n  | at push (/a/b.ts:1:1)"), 'desktop'),
    ];
    expect(new Set([one, ...others]).size).toBe(5);
  });

  describe('of one bug, whatever a program says of what came in', () => {
    const stack = ['  |     at JSON.parse (<anonymous>)', '  |     at take (file:///srv/a/server.mjs:5:3)'].join('\n');
    const died = (cause: string, below = stack) =>
      fingerprint({ oracle: 'crash', message: '', bug: `'server': ${cause}\n${below}`, cause, events: [1] }, 'server');
    const other = stack.replace('server.mjs', 'other.mjs');

    test.each([
      [
        'a parser names its input',
        [
          `SyntaxError: Unexpected token 'h', "hello {" is not valid JSON`,
          `SyntaxError: Unexpected token 'x', ..."p":"se"x"... is not valid JSON`,
          'SyntaxError: Unexpected end of JSON input',
          'SyntaxError: Unterminated string in JSON at position 17 (line 1 column 18)',
        ],
      ],
      ['quoted payloads', [`Error: cannot take "hello there" from 'x'`, `Error: cannot take "{"a":1}" from 'y'`]],
      ['ports and times', ['Error: no peer at port 4001 since 12:33:01.2', 'Error: no peer at port 43210 since 7:05:11']],
      ['ids of different make', ['a1b2', 'ab12', '1234', '0f3a9c2b11', 'V1StGXR8_Z5jdHi6B-myT'].map((id) => `Error: no session ${id}`)],
      ['counts, small and large', ['Error: got 7 bytes', 'Error: got 123456789 bytes']],
    ])('%s', (_what, causes) => expect(new Set(causes.map((cause) => died(cause))).size).toBe(1));

    test('and of different bugs it is different', () => {
      const all = [
        died('SyntaxError: Unexpected end of JSON input'),
        died('SyntaxError: Unexpected end of JSON input', other),
        died('SyntaxError: Unexpected end of JSON input', ''),
        died("Error: Cannot find module 'left-pad'"),
        died("Error: Cannot find module 'right-pad'"),
        died("TypeError: Cannot read properties of undefined (reading 'a')"),
        died('TypeError: act is not a function'),
        died('Error: no session a1b2'),
        died('Error: no room a1b2'),
        died('Error: no peer at port 4001'),
        died('Http2Error: stream closed'),
        died('HttpError: stream closed'),
      ];
      expect(new Set(all).size).toBe(all.length);
    });

    test('what the harness quotes tells one bug from another', () => {
      const hang = (what: string) => fingerprint(finding(`'${what}' did not happen within 1 s`, 'hang'), '');
      expect(hang('what is set can be got again')).not.toBe(hang('what is gone can be got again'));
      expect(hang('room1 is there')).not.toBe(hang('peer1 is there'));
    });
  });

  test('a hang and a slow run of one broken promise are one bug', () => {
    const stuck = finding("'x' did not happen within 10 s (hang, no progress for 8 s; last seen: 3 of 9)", 'hang');
    const slow = finding(
      "'x' did not happen within 10 s (slow, still moving 20 ms before the end; last moved: a log line of bridge)",
      'hang',
    );
    expect(fingerprint(stuck, '')).toBe(fingerprint(slow, ''));
  });
});
