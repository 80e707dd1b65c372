// What is said is no protocol, or not what was asked for.
import assert from 'node:assert/strict';
import { fault, latency, split } from '../../model/faults/steps.ts';
import { inEach, pair } from '../base/make-pair.ts';
import type { Change, Pair } from '../base/pair.ts';
import { family, relay, server, spoken } from '../base/shapes.ts';
import { GET, PING, PONG, says } from '../base/words.ts';

const KEYS = 20;
const KEY = "  return randomBytes(16).toString('base64');";
const TEXT = '{"say":"é€"}';
/** The answer é in two fragments, of which the first ends between the two bytes of the character; the second is as given. */
const inFragments = (second: { node: string; python: string }): Record<string, Change> => ({
  'websocket.mjs': [
    'function frame(opcode, payload) {\n',
    `function frame(opcode, payload) {
  if (payload.at(-4) === 0xc3) {
    const [first, second] = [payload.subarray(0, -3), ${second.node}];
    return Buffer.concat([Buffer.from([opcode, first.length]), first, Buffer.from([0x80, second.length]), second]);
  }\n`,
  ],
  'websocket.py': [
    'def send(connection, opcode, payload):\n',
    `def send(connection, opcode, payload):
    if payload[-4:-3] == b"\\xc3":
        first, second = payload[:-3], ${second.python}
        return connection.sendall(bytes([opcode, len(first)]) + first + bytes([0x80, len(second)]) + second)\n`,
  ],
});
const CALL = '{"jsonrpc":"2.0","id":1,"method":"m"}';
const onWebSocket = (program: string) => spoken('websocket', program);
const dialler = relay('dialler.mjs', 'websocket.mjs', { longestTimerMs: 1_000, framing: 'websocket', speech: 'websocket' });

const PROTOCOL: readonly Pair[] = [
  ...inEach(
    'reserved-bit-is-set',
    'protocol',
    {
      'websocket.mjs': ['Buffer.from([0x80 | opcode, payload.length])', 'Buffer.from([0xc0 | opcode, payload.length])'],
      'websocket.py': ['bytes([0x80 | opcode, len(payload)])', 'bytes([0xC0 | opcode, len(payload)])'],
    },
    {
      bug: 'its frames say that they are compressed, which nobody agreed on',
      shape: onWebSocket,
      hand: { steps: 'ws "ping"', bug: 'no WebSocket', clean: '"pong"' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'text-is-no-utf-8',
    'protocol',
    {
      'websocket.mjs': [
        'Buffer.from(JSON.stringify(answer(JSON.parse(payload.toString()))))',
        "Buffer.from(JSON.stringify(answer(JSON.parse(payload.toString()))), 'latin1')",
      ],
      'websocket.py': ['separators=(",", ":")).encode()', 'separators=(",", ":")).encode("latin-1")'],
    },
    {
      bug: 'text messages are written in Latin-1 (RFC 6455, 8.1)',
      shape: onWebSocket,
      hand: { steps: 'ws "ping"; ws {"say":"é"}', bug: '"pong", no WebSocket', clean: '"pong", {"say":"é"}' },
      plot: says([PING, PONG], ['{"say":"é"}']),
    },
  ),
  ...inEach('fragment-loses-half-a-character', 'protocol', inFragments({ node: 'payload.subarray(-2)', python: 'payload[-2:]' }), {
    bug: 'between two fragments of a text the half of a character is lost; its twin parts the character and loses nothing',
    lookAlikes: inFragments({ node: 'payload.subarray(-3)', python: 'payload[-3:]' }),
    shape: onWebSocket,
    hand: { steps: 'ws "ping"; ws {"say":"é"}', bug: '"pong", no WebSocket', clean: '"pong", {"say":"é"}' },
    plot: says([PING, PONG], ['{"say":"é"}']),
  }),
  ...inEach(
    'log-line-between-the-answers',
    'protocol',
    {
      'child.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') console.log('pinged');\n  if (asked === 'ping') return 'pong';",
      ],
      'child.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        print("pinged", flush=True)\n'],
      'child.sh': ['    \'"ping"\') printf', '    \'"ping"\') echo pinged; printf'],
    },
    {
      bug: 'a line of its log stands among its answers on stdout, where every line is JSON',
      hole: '1.6',
      shape: (program) => family('parent.mjs', program, { alone: true, framing: 'json-lines' }),
      hand: { steps: 'ask "ping"', bug: 'pinged "pong"', clean: '"pong"' },
      plot: says([PING]),
    },
  ),
  ...inEach(
    'answer-without-a-result',
    'protocol',
    {
      'server.mjs': ['  return asked;', "  return { jsonrpc: '2.0', id: asked.id };"],
      'server.py': ['    return asked\n\n', '    return {"jsonrpc": "2.0", "id": asked["id"]}\n\n'],
    },
    {
      bug: 'an answer of JSON-RPC has neither a result nor an error (JSON-RPC 2.0, 5)',
      lookAlikes: {
        'server.mjs': ['  return asked;', "  return { jsonrpc: '2.0', id: asked.id, result: 0 };"],
        'server.py': ['    return asked\n\n', '    return {"jsonrpc": "2.0", "id": asked["id"], "result": 0}\n\n'],
      },
      shape: (program) => server(program, { framing: 'json-rpc' }),
      hand: { steps: `ask ${CALL}`, bug: '{"jsonrpc":"2.0","id":1}', clean: '{"jsonrpc":"2.0","id":1,"result":0}' },
      plot: says([CALL]),
    },
  ),
  pair('client-does-not-mask-node', 'protocol', {
    bug: 'a client does not mask its frames (RFC 6455, 5.1)',
    program: 'dialler.mjs',
    change: [
      'Buffer.from([0x80 | opcode, 0x80 | payload.length]), mask, payload.map((byte, at) => byte ^ mask[at % 4])',
      'Buffer.from([0x80 | opcode, payload.length]), payload',
    ],
    shape: dialler,
    hand: { steps: 'ask "ping"', bug: 'nothing more', clean: '"pong"' },
    plot: says([PING]),
  }),
  pair('version-is-no-version-python', 'protocol', {
    bug: 'the status line is none',
    program: 'web.py',
    change: ['    protocol_version = "HTTP/1.1"', '    protocol_version = "HTTP/one"'],
    shape: spoken('http', 'web.py'),
    hand: { steps: 'get', bug: 'no HTTP', clean: '{"number":0,"got":""}' },
    plot: says([GET]),
  }),
  pair('length-is-no-number-node', 'protocol', {
    bug: 'Content-Length is no number',
    program: 'web.mjs',
    change: [
      "response.setHeader('content-length', Buffer.byteLength(reply));",
      "response.setHeader('content-length', `${Buffer.byteLength(reply)} bytes`);",
    ],
    shape: spoken('http', 'web.mjs'),
    hand: { steps: 'get', bug: 'no HTTP', clean: '{"number":0,"got":""}' },
    plot: says([GET]),
  }),
  ...(
    [
      [
        'key-from-the-clock',
        'the keys of its handshakes are made from the clock',
        "  return Buffer.from(String(Date.now()).padStart(16, '0')).toString('base64');",
      ],
      ['key-is-always-the-same', 'the key of every handshake is the same', "  return Buffer.alloc(16, 7).toString('base64');"],
      ['key-is-too-short', 'the keys of its handshakes have eight bytes', "  return randomBytes(8).toString('base64');"],
    ] as const
  ).map(([name, bug, to]) =>
    pair(`${name}-node`, 'protocol', {
      bug,
      program: 'dialler.mjs',
      change: [KEY, to],
      shape: dialler,
      hand: { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' },
      plot: says(...Array.from({ length: KEYS }, () => [PING] as const)),
    }),
  ),
];

const WRONG_ANSWERS: readonly Pair[] = [
  pair('bytes-are-decoded-one-by-one-node', 'script', {
    bug: 'a character whose bytes come apart is lost',
    program: 'server.mjs',
    change: ["  socket.setEncoding('utf8');\n", ''],
    shape: server('server.mjs'),
    hand: { steps: `pieces ${TEXT}`, bug: '{"say":"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"}', clean: TEXT },
    plot: { ...says([TEXT, TEXT]), schedule: [split('driver->server', { direction: 'upstream', every: 1 })] },
  }),
  pair('bytes-of-stdin-are-decoded-one-by-one-node', 'script', {
    bug: 'a character whose bytes come apart on stdin is lost',
    program: 'child.mjs',
    change: ["process.stdin.setEncoding('utf8');\n", ''],
    shape: family('parent.mjs', 'child.mjs', { alone: true }),
    hand: { steps: `pieces ${TEXT}`, bug: '{"say":"\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD"}', clean: TEXT },
    plot: { ...says([TEXT, TEXT]), schedule: [fault('parent->child', { kind: 'split-utf8' }, { direction: 'upstream' })] },
  }),
  pair('bytes-of-a-body-are-decoded-one-by-one-node', 'script', {
    bug: 'a character whose bytes come apart in a body is lost',
    program: 'web.mjs',
    change: ["  request.setEncoding('utf8');\n", ''],
    shape: spoken('http', 'web.mjs'),
    hand: { steps: 'post é', bug: '{"number":1,"got":"é"}', clean: '{"number":1,"got":"é"}' },
    plot: { ...says(['é', '{"number":1,"got":"é"}']), schedule: [split('driver->server', { direction: 'upstream', every: 1 })] },
  }),
  ...inEach(
    'addition-comes-after-the-answer',
    'script',
    {
      'web.mjs': ["if (request.method === 'POST') number += 1;", "if (request.method === 'POST') setTimeout(() => (number += 1), 50);"],
      'web.py': ['        number += 1\n        self.reply(body.decode())', '        self.reply(body.decode())\n        number += 1'],
    },
    {
      bug: 'it answers before it has added',
      shape: (program) => spoken('http', program),
      hand: { steps: 'post x', bug: '{"number":0,"got":"x"}', clean: '{"number":1,"got":"x"}' },
      plot: says(['x', '{"number":1,"got":"x"}']),
    },
  ),
  pair('backslash-is-eaten-shell', 'script', {
    bug: 'read without -r takes the backslash for its own',
    program: 'child.sh',
    change: ['while IFS= read -r line; do', 'while IFS= read line; do'],
    shape: family('parent.mjs', 'child.sh', { alone: true }),
    hand: { steps: 'ask {"say":"a\\\\b"}', bug: '{"say":"a\\b"}', clean: '{"say":"a\\\\b"}' },
    plot: says(['{"say":"a\\\\b"}', '{"say":"a\\\\b"}']),
  }),
  pair('long-line-is-two-lines-c', 'script', {
    bug: 'a line that is longer than its buffer is answered in two',
    program: 'child.c',
    change: ['  char line[4096];', '  char line[16];'],
    shape: family('parent.mjs', 'child.c', { alone: true }),
    hand: { steps: 'ask {"say":"0123456789"}', bug: '{"say":"0123456 789"}', clean: '{"say":"0123456789"}' },
    plot: says(['{"say":"0123456789"}', '{"say":"0123456789"}']),
  }),
];

const LISTEN = "server.listen(SOCKET ? { path: SOCKET } : { host: HOST, port: Number(PORT) }, () => console.log('ready'));";
const LISTEN_PYTHON = 'listener = listen()\nprint("ready", flush=True)\n';

const STARTS: readonly Pair[] = inEach(
  'says-ready-before-it-listens',
  'script',
  {
    'server.mjs': [LISTEN, `console.log('ready');\nsetTimeout(() => ${LISTEN.slice(0, -1)}, 1_500);`],
    'server.py': [LISTEN_PYTHON, 'import time\nprint("ready", flush=True)\ntime.sleep(1.5)\nlistener = listen()\n'],
  },
  {
    bug: 'it says that it is ready 1.5 s before it listens; its twin starts as slowly, and says it when it does',
    lookAlikes: {
      'server.mjs': [LISTEN, `setTimeout(() => ${LISTEN.slice(0, -1)}, 1_500);`],
      'server.py': [LISTEN_PYTHON, `import time\ntime.sleep(1.5)\n${LISTEN_PYTHON}`],
    },
    shape: (program) => server(program),
    hand: { steps: 'ask "ping"', bug: 'closed', clean: '"pong"' },
    plot: { script: async ({ say }) => assert.equal(await say(PING), PONG, 'who is ready answers') },
  },
);

const LAST_WORDS: readonly Pair[] = [
  pair('last-words-stay-in-their-buffer-python', 'script', {
    bug: 'the child ends before it has printed its answer; its twin ends with the same code behind it, on a slow pipe',
    hole: '1.1',
    program: 'child.py',
    change: [
      '    if asked == "get":\n        return number',
      '    if asked == "get":\n        sys.stdout.write("0\\n")\n        os._exit(0)',
    ],
    lookAlike: [
      '    if asked == "get":\n        return number',
      '    if asked == "get":\n        print("0", flush=True)\n        os._exit(0)',
    ],
    shape: family('parent.mjs', 'child.py', { alone: true }),
    hand: { steps: 'ask "ping"; ask "get"; alive', bug: '"pong", closed, ended with code 0', clean: '"pong", 0, ended with code 0' },
    plot: { ...says([PING, PONG], [GET, '0']), schedule: [latency('parent->child', { delay: '700ms' })] },
  }),
];

export const SPEECH: readonly Pair[] = [...PROTOCOL, ...WRONG_ANSWERS, ...STARTS, ...LAST_WORDS];
