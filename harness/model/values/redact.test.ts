import { describe, expect, test } from 'vitest';
import { redactor } from './redact.ts';

const redact = redactor(['abc+123 "x"', 'hunter2hunter2', 'abc']);

describe('what looks like a secret', () => {
  test.each([
    ['GET /ws?token=abcd&room=1 HTTP/1.1', 'GET /ws?token=***&room=1 HTTP/1.1'],
    ['{"type":"auth","hmac":"ff00aa","n":1}', '{"type":"auth","hmac":"***","n":1}'],
    ['{"type":"challenge", "nonce" : "ff00aa"}', '{"type":"challenge", "nonce" : "***"}'],
    [String.raw`{"token":"a\"b","x":"y"}`, '{"token":"***","x":"y"}'],
    [String.raw`{"payload":"{\"password\":\"z\",\"x\":1}"}`, String.raw`{"payload":"{\"password\":\"***\",\"x\":1}"}`],
    [
      '{"apiKey":"k","api_key":"l","accessToken":"m","TW_SECRET":"n"}',
      '{"apiKey":"***","api_key":"***","accessToken":"***","TW_SECRET":"***"}',
    ],
    ["{ token: 'abcd', room: 'a' }", "{ token: '***', room: 'a' }"],
    ['Authorization: Bearer abcd\r\nHost: a', 'Authorization: ***\r\nHost: a'],
    [String.raw`Cookie: a=b; c=d\r\nHost: a`, String.raw`Cookie: ***\r\nHost: a`],
    ['set-cookie: sid=1234; Path=/', 'set-cookie: ***'],
    ['x-api-key: 1234', 'x-api-key: ***'],
    ['{"headers":{"authorization":"Basic abcdef"}}', '{"headers":{"authorization":"***"}}'],
    ['sent Bearer abc.def-123', 'sent Bearer ***'],
    ['ROOM_TOKEN=abcd PORT=1', 'ROOM_TOKEN=*** PORT=1'],
    ['SECRET="a b c" PORT=1', 'SECRET=*** PORT=1'],
    ['agent --token abcd --port 1', 'agent --token *** --port 1'],
    ['cmd:auth hmac=ff00aa', 'cmd:auth hmac=***'],
  ])('%s', (text, expected) => expect(redact(text)).toBe(expected));

  test.each([
    'tokens: 5 of 9 used',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZQ==',
    '{"secretary":"Ann","key":"w1","keyboard":"x"}',
    'if (token == other) retry',
    'the token is wrong',
    '',
  ])('nothing is taken out of: %s', (text) => expect(redact(text)).toBe(text));

  test('what was JSON is JSON afterwards', () => {
    const text = JSON.stringify({
      line: "token: 'abc",
      next: "it's",
      inner: JSON.stringify({ secret: 'a"b', list: ['token=x', 'Cookie: y'] }),
    });
    const after = JSON.parse(redact(text)) as { line: string; next: string; inner: string };
    expect(after.next).toBe("it's");
    expect(after.inner).not.toContain('token=x');
  });

  test('the name under which a text stands is judged as well', () => {
    expect(redact('plain', 'accessToken')).toBe('***');
    expect(redact('plain', 'TW_ROOM_SECRET')).toBe('***');
    expect(redact('plain', 'message')).toBe('plain');
  });
});

describe('configured values', () => {
  test.each([
    ['as they are', 'before abc+123 "x" after'],
    ['as in a URL', '/ws/abc%2B123%20%22x%22'],
    ['as in JSON', JSON.stringify({ line: 'abc+123 "x"' })],
    ['as in base64', `x ${Buffer.from('abc+123 "x"').toString('base64')}`],
  ])('%s', (_how, text) => {
    expect(redact(text)).toContain('***');
    expect(redact(text)).not.toMatch(/123|YWJj/);
  });

  test('short ones are left alone, or every word that holds them would go', () => expect(redact('abcd')).toBe('abcd'));

  test('without any there is still the look of a secret', () => expect(redactor()('token=abcd')).toBe('token=***'));
});

test('long hostile texts take time that grows with their length only', () => {
  const hostile = [
    '"token":"'.repeat(7_000),
    `token${' '.repeat(60_000)}`,
    `"token":"${'\\'.repeat(60_000)}`,
    `${'a-_'.repeat(20_000)}token`,
  ];
  for (const text of hostile) {
    const startedMs = performance.now();
    redact(text);
    expect(performance.now() - startedMs).toBeLessThan(500);
  }
});
