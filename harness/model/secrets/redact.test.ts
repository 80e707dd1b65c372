import { describe, expect, test } from 'vitest';
import type { Node } from '../system/topology.ts';
import { redactor } from './redact.ts';
import { secretsInVariables, secretsOfSystem } from './secret-values.ts';

const redact = redactor(['abc+123 "x"', 'hunter2hunter2', 'abc']);

describe('what looks like a secret', () => {
  test.each([
    ['GET /ws?token=abcd&room=1 HTTP/1.1', 'GET /ws?token=***&room=1 HTTP/1.1'],
    ['GET /ws?key=abcd&sig=ef&n=1 HTTP/1.1', 'GET /ws?key=***&sig=***&n=1 HTTP/1.1'],
    ['{"type":"auth","hmac":"ff00aa","n":1}', '{"type":"auth","hmac":"***","n":1}'],
    ['{"type":"challenge", "nonce" : "ff00aa"}', '{"type":"challenge", "nonce" : "***"}'],
    [String.raw`{"token":"a\"b","x":"y"}`, '{"token":"***","x":"y"}'],
    [String.raw`{"payload":"{\"password\":\"z\",\"x\":1}"}`, String.raw`{"payload":"{\"password\":\"***\",\"x\":1}"}`],
    [String.raw`{"payload":"{\"pin\":1,\"password\":12}"}`, String.raw`{"payload":"{\"pin\":1,\"password\":\"***\"}"}`],
    [
      '{"apiKey":"k","api_key":"l","accessToken":"m","TW_SECRET":"n"}',
      '{"apiKey":"***","api_key":"***","accessToken":"***","TW_SECRET":"***"}',
    ],
    ['{"tokens":["a1","b2"],"n":["c"]}', '{"tokens":["***","***"],"n":["c"]}'],
    ['{"secret":{"value":"a1","n":5},"n":["c"]}', '{"secret":{"value":"***","n":"***"},"n":["c"]}'],
    ['{"password":123456,"n":1}', '{"password":"***","n":1}'],
    ["{ token: 'abcd', room: 'a' }", "{ token: '***', room: 'a' }"],
    ['Authorization: Bearer abcd\r\nHost: a', 'Authorization: ***\r\nHost: a'],
    [String.raw`Cookie: a=b; c=d\r\nHost: a`, String.raw`Cookie: ***\r\nHost: a`],
    ['set-cookie: sid=1234; Path=/', 'set-cookie: ***'],
    ['x-api-key: 1234', 'x-api-key: ***'],
    ['{"headers":{"authorization":"Basic abcdef"}}', '{"headers":{"authorization":"***"}}'],
    ['sent Bearer abc.def-123', 'sent Bearer ***'],
    ['ROOM_TOKEN=abcd PORT=1', 'ROOM_TOKEN=*** PORT=1'],
    ['SECRET="a b c" PORT=1', 'SECRET="***" PORT=1'],
    ['agent --token abcd --port 1', 'agent --token *** --port 1'],
    ['cmd:auth hmac=ff00aa', 'cmd:auth hmac=***'],
    ['a password: correct for bob', 'a password: *** for bob'],
    ['redis://bob:pa@ss@host:1/0', 'redis://bob:***@host:1/0'],
  ])('%s', (text, expected) => expect(redact.text(text)).toBe(expected));

  test.each(['/ws?token={token}&x=1', '/ws?token={token}x', '{"password":"{password}"}', "secret: '{secret}'"])(
    'is not what somebody fills in later: %s',
    (text) => expect(redact.text(text)).toBe(text),
  );
  test.each([
    ['/ws?token={token', '/ws?token=***'],
    ['/ws?token={a1b2c3}', '/ws?token=***}'],
    ['{"password":"{correct horse}"}', '{"password":"***"}'],
  ])('is what only begins like that: %s', (text, expected) => expect(redact.text(text)).toBe(expected));

  // Headers, parameters, fields, options and lines of logs, with a value that has no look of its own.
  test.each(
    [
      'Authorization',
      'Proxy-Authorization',
      'Cookie',
      'Set-Cookie',
      'Api-Key',
      'X-Api-Key',
      'X-Auth',
      'X-Auth-Token',
      'X-Session',
      'X-Session-Id',
      'X-Amz-Security-Token',
      'X-Hub-Signature',
      'x-goog-api-key',
      'X-CSRF-Token',
      'password',
      'passwd',
      'pwd',
      'pass',
      'secret',
      'api_key',
      'private_key',
      'client_secret',
      'passphrase',
      'db.password',
      'token',
    ]
      .map((name) => `${name}: canary99`)
      .concat(
        ['key', 'sig', 'token', 'code', 'access_token', 'X-Amz-Signature', 'password'].map((name) => `GET /a?x=1&${name}=canary99&y=2`),
        ['pass', 'password', 'pwd', 'client_secret'].map((name) => `user=bob&${name}=canary99`),
        [
          'clientSecret',
          'jwt',
          'pwd',
          'apiToken',
          'passphrase',
          'refreshToken',
          'secretAccessKey',
          'credentials',
          'signingKey',
          'auth',
        ].map((name) => `{"a":1,"${name}":"canary99","b":2}`),
        ['{"tokens":["x","canary99"]}', '{"secret":{"value":"canary99"}}', '{"auth":{"user":"bob","pass":"canary99"}}'],
        [
          'login --password canary99 --verbose',
          'login --api-key=canary99',
          "PGPASSWORD='canary99' psql",
          'export STRIPE_SECRET_KEY=canary99',
        ],
      ),
  )('%s', (text) => expect(redact.text(text)).not.toContain('canary99'));

  const random = 'aB3dE5fG7hI9jK1lM3nO5pQ7';
  test.each([
    'ghp_',
    'gho_',
    'github_pat_',
    'glpat-',
    'sk-',
    'sk-ant-',
    'sk_live_',
    'rk_test_',
    'whsec_',
    'xoxb-',
    'xoxp-',
    'npm_',
    'pypi-',
    'AIza',
    'hf_',
    'SG.',
    'ya29.',
  ])('a key that begins with %s, in the middle of any text', (prefix) => {
    expect(redact.text(`it said ${prefix}${random} and left`)).toBe('it said *** and left');
  });
  test.each([
    ['AKIAIOSFODNN7EXAMPLE is known', '*** is known'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_d.', 'jwt ***.'],
    ['at https://bob:canary@host/x', 'at https://bob:***@host/x'],
    ['git clone https://0123456789abcdef0123@host/x', 'git clone https://***@host/x'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----',
      '-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----',
    ],
    ['x -----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl', 'x -----BEGIN OPENSSH PRIVATE KEY-----***'],
    ['Basic dXNlcjpwYXNz', 'Basic ***'],
  ])('%s', (text, expected) => expect(redact.text(text)).toBe(expected));

  test.each([
    'tokens: 5 of 9 used',
    '{"usage":{"input_tokens":5,"tokens":12}}',
    '{"session":"s-1","code":1,"signal":"KILL"}',
    'auth: failed for bob',
    'http://127.0.0.1:8080/a@b',
    '2026-11-27T15:04:05.123Z listening',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZQ==',
    '{"secretary":"Ann","key":"w1","keyboard":"x"}',
    'if (token == other) retry',
    'the token is wrong',
    '',
  ])('nothing is taken out of: %s', (text) => expect(redact.text(text)).toBe(text));

  test('what was JSON is JSON afterwards', () => {
    const text = JSON.stringify({
      line: "token: 'abc",
      next: "it's",
      inner: JSON.stringify({ secret: 'a"b', list: ['token=x', 'Cookie: y'] }),
    });
    const after = JSON.parse(redact.text(text)) as { line: string; next: string; inner: string };
    expect(after.next).toBe("it's");
    expect(after.inner).not.toContain('token=x');
  });

  test('the name under which a text stands is judged as well', () => {
    expect(redact.text('plain', 'accessToken')).toBe('***');
    expect(redact.text('plain', 'TW_ROOM_SECRET')).toBe('***');
    expect(redact.text('plain', 'message')).toBe('plain');
  });
});

describe('configured values', () => {
  test.each([
    ['as they are', 'before abc+123 "x" after'],
    ['as in a URL', '/ws/abc%2B123%20%22x%22'],
    ['as in JSON', JSON.stringify({ line: 'abc+123 "x"' })],
    ['as in base64', `x ${Buffer.from('abc+123 "x"').toString('base64')}`],
    ['in base64 behind one byte', `x ${Buffer.from('uabc+123 "x"').toString('base64')}`],
    ['in base64 behind two bytes and before more', `x ${Buffer.from('u:abc+123 "x"\n').toString('base64')}`],
    ['as hex', `x ${Buffer.from('abc+123 "x"').toString('hex')}`],
    ['as hex in capitals', `x ${Buffer.from('abc+123 "x"').toString('hex').toUpperCase()}`],
    ['as in a form', 'a=abc%2B123+%22x%22'],
    ['as in XML', 'abc+123 &quot;x&quot;'],
    ['as in JSON in JSON', JSON.stringify(JSON.stringify({ line: 'abc+123 "x"' }))],
    ['cut off at the end', 'before abc+123'],
  ])('%s', (_how, text) => {
    expect(redact.text(text)).toContain('***');
    expect(redact.text(text)).not.toMatch(/123|YWJj|FiYysxMj|Jjc|6162632b/i);
  });

  test('short ones are left alone, or every word that holds them would go', () => expect(redact.text('abcd')).toBe('abcd'));

  test('the name of a node or of what happened is not the beginning of one', () => {
    const event = { kind: 'node', node: 'server', state: 'ready', line: 'it says server' };
    const known = redactor(['server-1-x', 'node-2-x', 'ready-3-x']);
    expect(known.value(event)).toEqual({ ...event, line: 'it says ***' });
    expect(known.value({ node: 'of server-1-x' })).toEqual({ node: 'of ***' });
  });

  test('without any there is still the look of a secret', () => expect(redactor().text('token=abcd')).toBe('token=***'));
});

test('long hostile texts take time that grows with their length only', () => {
  const hostile = [
    '"token":"'.repeat(7_000),
    `token${' '.repeat(60_000)}`,
    `"token":"${'\\'.repeat(60_000)}`,
    `${'a-_'.repeat(20_000)}token`,
    'token:'.repeat(10_000),
    '-----BEGIN PRIVATE KEY-----'.repeat(3_000),
    'secret:['.repeat(8_000),
    `a://${'b:'.repeat(30_000)}`,
    'sk-'.repeat(20_000),
    'eyJ.'.repeat(15_000),
    String.raw`\"token\":\"`.repeat(6_000),
    'hunt'.repeat(15_000),
  ];
  for (const text of hostile) {
    const startedMs = performance.now();
    redact.text(text);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  }
});

describe('pieces that follow each other', () => {
  const MANY = 'it said hunter2hunter2 and {"password":"correct horse"} then';
  test.each([1, 2, 3, 5, 7, 11, 20])('cut every %i characters, no more than the first three of a secret are left', (every) => {
    const follow = redact.stream('');
    const pieces = MANY.match(new RegExp(`.{1,${every}}`, 'g')) ?? [];
    const whole = pieces.map(follow).join('');
    expect(whole).not.toMatch(/hunt|ter2|corr|orse|horse/);
    expect(whole.startsWith('it said ')).toBe(true);
    expect(whole.endsWith(' then')).toBe(true);
  });

  test('a private key that is told line by line', () => {
    const follow = redact.stream('\n');
    const lines = [
      '-----BEGIN PRIVATE KEY-----',
      ...Array.from({ length: 60 }, (_, i) => `MIIEabcdefghijklmnop${i}`),
      '-----END PRIVATE KEY-----',
    ];
    const shown = [...lines, 'listening'].map(follow);
    expect(shown.join('\n')).not.toContain('MIIE');
    expect(shown.at(-1)).toBe('listening');
  });
});

describe('whole values', () => {
  test('keys, numbers and texts of plain data; what it is of stays', () => {
    const given = {
      parameters: { apiToken: 'canary', n: 5, password: 77 },
      list: [{ hunter2hunter2: 1 }],
      secret: { value: 'canary' },
      no: null,
    };
    expect(redact.value(given)).toEqual({
      parameters: { apiToken: '***', n: 5, password: '***' },
      list: [{ '***': 1 }],
      secret: { value: '***' },
      no: null,
    });
  });
});

describe('variables', () => {
  const KEY = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n-----END OPENSSH PRIVATE KEY-----';
  test.each([
    ['GITHUB_PAT', 'plainword'],
    ['STRIPE_SK', 'plainword'],
    ['API_TOKEN', '00ff00ff00'],
    ['MY_SERVICE_KEY', 'plainword'],
    ['PGPASSWORD', 'plainword'],
    ['SENTRY_DSN', 'https://plainword@host/1'],
    ['DATABASE_URL', 'postgres://bob:pl%40inword@db:5432/x'],
    ['SSH_PRIVATE_KEY', KEY],
    ['SOMETHING', 'ghp_aB3dE5fG7hI9jK1lM3nO5pQ7'],
    ['SOMETHING', '9f86d081884c7d659a2feaa0c55ad015'],
    ['SOMETHING', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
  ])('%s=%s is a secret', (name, value) => expect(secretsInVariables({ [name]: value })).toContain(value));

  test('a password is one without its URL too, and a line of a key without the others', () => {
    expect(secretsInVariables({ DATABASE_URL: 'postgres://bob:pl%40inword@db:5432/x' })).toContain('pl@inword');
    expect(secretsInVariables({ SSH_PRIVATE_KEY: KEY })).toContain('b3BlbnNzaC1rZXktdjEAAAAA');
  });

  test.each([
    ['PATH', '/usr/local/bin:/usr/bin'],
    ['PWD', '/home/bob/project'],
    ['SSH_AUTH_SOCK', '/tmp/ssh-abc/agent.1'],
    ['GOOGLE_CREDENTIALS', '/etc/keys/service.json'],
    ['MODEL', 'gpt-4o-mini-2024-07-18-preview'],
    ['NODE_OPTIONS', '--max-old-space-size=160'],
    ['USE_TOKEN', 'true'],
    ['LANG', 'C.UTF-8'],
    ['LS_COLORS', 'rs=0:di=01;34:ln=01;36'],
    ['HOSTNAME', 'runner-12-project-34-concurrent-0'],
    ['URL', 'http://127.0.0.1:8080/path'],
  ])('%s=%s is none', (name, value) => expect(secretsInVariables({ [name]: value })).toEqual([]));

  test('what a node declares is one, by the name of its variable or as it is', () => {
    const node = { name: 'a', env: { ROOM: 'classroom', PIN: 'swordfish' }, secrets: ['PIN', 'open sesame'] } as unknown as Node;
    expect(secretsOfSystem({ nodes: [node], links: [] }, [])).toEqual(['swordfish', 'open sesame']);
  });
});
