// Something that is owed does not come: an answer, an end, a pong.
import { cut, fault, restart, split } from '../../model/faults/steps.ts';
import { inEach, pair } from '../base/make-pair.ts';
import type { Pair, Plot } from '../base/pair.ts';
import { family, relay, server, spoken } from '../base/shapes.ts';
import { ADD, GET, pause, PING, PONG, says } from '../base/words.ts';

const inPieces = [split('driver->server', { direction: 'upstream', every: 1 })];

const ANSWERS: readonly Pair[] = [
  ...inEach(
    'answer-is-forgotten',
    'hang',
    {
      'server.mjs': [
        '      socket.write(`${JSON.stringify(reply)}\\n`);',
        '      if (line !== \'"get"\' || reply !== 1) socket.write(`${JSON.stringify(reply)}\\n`);',
      ],
      'server.py': [
        '                tell(connection, answer(json.loads(line.decode()), connection))',
        '                reply = answer(json.loads(line.decode()), connection)\n                if not (line == b\'"get"\\n\' and reply == 1):\n                    tell(connection, reply)',
      ],
      'server.c': [
        '  } else if (strcmp(line, "\\"get\\"") == 0) {',
        '  } else if (strcmp(line, "\\"get\\"") == 0 && number == 1) {\n    return;\n  } else if (strcmp(line, "\\"get\\"") == 0) {',
      ],
    },
    {
      bug: 'one request in one state gets no answer',
      shape: (program) => server(program, { unix: true }),
      hand: { steps: 'ask "get"; ask "add"; ask "get"', bug: '0, 1, nothing more', clean: '0, 1, 1' },
      plot: says([ADD, '1'], [GET, '1']),
    },
  ),
  ...inEach(
    'a-part-is-taken-for-a-line',
    'hang',
    {
      'server.mjs': [
        '    text += part;',
        "    text = `${part.trimEnd().startsWith('\"') && part.endsWith('\"\\n') ? part : '\"?\"\\n'}`;\n    if (text === '\"?\"\\n') return;",
      ],
      'server.py': [
        '        with connection.makefile("rb") as lines:',
        '        with connection.makefile("rb", buffering=0) as whole:\n            lines = (part for part in iter(lambda: whole.read(4096), b"") if part[-2:] == b\'"\\n\' and len(part) > 2)',
      ],
      'server.c': [
        '  from->length += (size_t)got;',
        "  from->length = (size_t)got;\n  if (from->text[0] != '\"' || from->text[got - 1] != '\\n') {\n    from->length = 0;\n    return 1;\n  }",
      ],
    },
    {
      bug: 'a request that comes in several pieces is not put together',
      shape: (program) => server(program),
      hand: { steps: 'ask "ping"; pieces "ping"', bug: '"pong", nothing more', clean: '"pong", "pong"' },
      plot: { ...says([PING, PONG]), schedule: inPieces },
    },
  ),
  pair('second-line-of-a-write-waits-c', 'hang', {
    bug: 'of two requests in one write the second is answered when a third one comes',
    program: 'server.c',
    change: ["  while ((end = strchr(from->text, '\\n')) != NULL) {", "  if ((end = strchr(from->text, '\\n')) != NULL) {"],
    shape: server('server.c'),
    hand: { steps: 'burst "ping"|"ping"', bug: '"pong" nothing more', clean: '"pong" "pong"' },
    plot: { script: async ({ burst }) => void (await burst([PING, PING])) },
  }),
  pair('lock-is-taken-twice-python', 'hang', {
    bug: 'one request takes a lock that it holds already',
    program: 'server.py',
    change: [
      '    if asked == "get":\n        return number',
      '    if asked == "get":\n        with lock, lock:\n            return number',
    ],
    shape: server('server.py', { unix: true }),
    hand: { steps: 'ask "ping"; ask "get"', bug: '"pong", nothing more', clean: '"pong", 0' },
    plot: says([PING, PONG], [GET, '0']),
  }),
  ...inEach(
    'loop-never-ends',
    'hang',
    {
      'server.mjs': ["  if (asked === 'status') return", "  if (asked === 'status') for (;;);\n  if (asked === 'status') return"],
      'server.c': [
        '  } else if (strcmp(line, "\\"status\\"") == 0) {',
        '  } else if (strcmp(line, "\\"status\\"") == 0) {\n    for (volatile int on = 1; on;) {}',
      ],
    },
    {
      bug: 'one request sends it into an endless loop',
      shape: (program) => server(program),
      hand: { steps: 'ask "status"', bug: 'nothing more', clean: '{"number":0,"connections":1}' },
      plot: says(['"status"']),
    },
  ),
  ...inEach(
    'one-connection-at-a-time',
    'hang',
    {
      'server.py': ['    threading.Thread(target=serve, args=(connection,), daemon=True).start()', '    serve(connection)'],
      'server.c': ['    if (polled[0].revents && count < CLIENTS_MAX) {', '    if (polled[0].revents && count < 1) {'],
    },
    {
      bug: 'whoever is connected keeps everybody else waiting',
      shape: (program) => server(program),
      hand: { steps: 'open 2; ask "ping"', bug: 'nothing more', clean: '"pong"' },
      plot: {
        async script({ say, open }) {
          await say(PING, PONG);
          await open();
          await say(PING, PONG);
        },
      },
    },
  ),
];

const HTTP_AND_WEBSOCKET: readonly Pair[] = [
  pair('request-without-body-waits-node', 'hang', {
    bug: 'a request is answered with the first part of its body, which a GET does not have',
    program: 'web.mjs',
    change: ["  request.on('end', () => {", "  request.once('data', () => {"],
    shape: spoken('http', 'web.mjs'),
    hand: { steps: 'post x; get', bug: '{"number":1,"got":"x"}, nothing more', clean: '{"number":1,"got":"x"}, {"number":1,"got":""}' },
    plot: says(['x', '{"number":1,"got":"x"}'], [GET, '{"number":1,"got":""}']),
  }),
  ...inEach(
    'a-byte-too-many-is-promised',
    'hang',
    {
      'web.mjs': ['Buffer.byteLength(reply)', 'Buffer.byteLength(reply) + 1'],
      'web.py': ['str(len(text))', 'str(len(text) + 1)'],
    },
    {
      bug: 'Content-Length is one more than there is',
      shape: (program) => spoken('http', program),
      hand: { steps: 'get', bug: 'nothing more', clean: '{"number":0,"got":""}' },
      plot: says([GET, '{"number":0,"got":""}']),
    },
  ),
  ...inEach(
    'ping-gets-no-pong',
    'hang',
    {
      'websocket.mjs': ['  if (opcode === 9) return void socket.write(frame(10, payload));\n', ''],
      'websocket.py': ['                    send(connection, 10, payload)', '                    pass'],
    },
    {
      bug: 'a WebSocket ping is not answered',
      shape: (program) => relay('dialler.mjs', program, { framing: 'websocket', speech: 'websocket', pongWithinMs: 500 }),
      hand: { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' },
      plot: {
        async script({ say }) {
          await say(PING, PONG);
          await pause(1_500);
        },
      },
    },
  ),
];

const pings = (program: string) =>
  relay('dialler.mjs', program, { framing: 'websocket', speech: 'websocket', pongWithinMs: 500, longestTimerMs: 1_000 });
const pinged = {
  async script({ say }: Parameters<Plot['script']>[0]) {
    await say(PING, PONG);
    await pause(1_500);
  },
};

const PONGS: readonly Pair[] = [
  ...inEach(
    'pong-carries-nothing',
    'hang',
    {
      'websocket.mjs': ['frame(10, payload)', 'frame(10, Buffer.alloc(0))'],
      'websocket.py': ['send(connection, 10, payload)', 'send(connection, 10, b"")'],
    },
    {
      bug: 'a pong does not carry the data of its ping (RFC 6455, 5.5.3)',
      hole: '4.5',
      shape: pings,
      hand: { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' },
      plot: pinged,
    },
  ),
  pair('late-pong-beside-an-armed-fault-node', 'hang', {
    bug: 'a pong comes 900 ms late, beside a fault that never acts; its twin takes 100 ms',
    hole: '4.1',
    program: 'websocket.mjs',
    change: ['return void socket.write(frame(10, payload));', 'return void setTimeout(() => socket.write(frame(10, payload)), 900);'],
    lookAlike: ['return void socket.write(frame(10, payload));', 'return void setTimeout(() => socket.write(frame(10, payload)), 100);'],
    shape: pings('websocket.mjs'),
    hand: { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' },
    plot: {
      ...pinged,
      schedule: [
        fault('front->back', { kind: 'duplicate' }, { frame: { matches: { contains: 'never said' } }, times: 1_000, mustFire: 0 }),
      ],
    },
  }),
];

const ENDS: readonly Pair[] = [
  ...inEach(
    'sigterm-is-ignored',
    'hang',
    {
      'server.mjs': ['  server.close();\n  process.exit(0);', "  console.log('not now');"],
      'server.py': ['signal.signal(signal.SIGTERM, stop)', 'signal.signal(signal.SIGTERM, signal.SIG_IGN)'],
      'server.c': ['  signal(SIGTERM, stop);', '  signal(SIGTERM, SIG_IGN);'],
    },
    {
      bug: 'SIGTERM is ignored',
      shape: (program) => server(program, { stopWithinMs: 3_000 }),
      hand: { steps: 'ask "ping"; term', bug: '"pong", still there', clean: '"pong", ended with code 0' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'end-of-stdin-is-no-end',
    'hang',
    {
      'child.mjs': [
        "process.stdin.on('end', () => process.exit(0));",
        "process.stdin.on('end', () => setInterval(() => undefined, 1_000));",
      ],
      'child.py': [
        'for line in sys.stdin.buffer:',
        'import atexit\nimport time\n\natexit.register(lambda: time.sleep(60))\nfor line in sys.stdin.buffer:',
      ],
      'child.c': ['  return 0;', '  for (;;) pause();'],
      'child.sh': ['exit 0', 'while :; do sleep 1; done'],
    },
    {
      bug: 'the child lives on when its stdin has ended',
      also: 'leak',
      shape: (program) => family('parent.mjs', program, { alone: true, stopWithinMs: 2_000 }),
      hand: { steps: 'ask "ping"; eof', bug: '"pong", still there', clean: '"pong", ended with code 0' },
      plot: says([PING, PONG]),
    },
  ),
];

const CHILDREN: readonly Pair[] = [
  ...inEach(
    'output-stays-in-its-buffer',
    'hang',
    {
      'child.py': ['    sys.stdout.buffer.flush()', '    pass'],
      'child.c': ['  fflush(stdout);', ''],
    },
    {
      bug: 'what is printed stays in the buffer of a stdout that is a pipe',
      shape: (program) => family('parent.mjs', program, { alone: true }),
      hand: { steps: 'ask "ping"', bug: 'nothing more', clean: '"pong"' },
      plot: says([PING, PONG]),
    },
  ),
  pair('stderr-of-the-child-is-not-read-node', 'hang', {
    bug: 'the parent never reads what its child logs, and the child waits for room',
    hole: '1.5',
    program: 'parent.mjs',
    change: ['child.stderr.resume();\n', ''],
    shape: family('parent.mjs', 'child.mjs', { env: { LOGGED_BYTES: '4000000' } }),
    hand: { steps: 'ask "ping"; ask "log"', bug: '"pong", nothing more', clean: '"pong", "logged"' },
    plot: says([PING, PONG], ['"log"', '"logged"']),
  }),
];

const RECONNECTS: readonly Pair[] = [
  pair('lost-connection-is-not-dialled-again-node', 'hang', {
    bug: 'after a lost connection nobody dials again',
    program: 'front.mjs',
    change: ['    setTimeout(dial, RETRY_MS);\n', ''],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "get"; again; wait 500; ask "get"', bug: '0, nothing more', clean: '0, 0' },
    plot: {
      schedule: [restart('back', { mark: 'now' })],
      async script({ say, mark, until }) {
        await say(GET, '0');
        await mark('now');
        await until('it has dialled again', async () => Number(await say('"dials"')) > 1, { within: '2s' });
        await say(GET);
      },
    },
  }),
  pair('clean-end-is-not-dialled-again-node', 'hang', {
    bug: 'it dials again after an error, and not after a connection that ended well',
    program: 'front.mjs',
    change: ['    setTimeout(dial, RETRY_MS);', '    if (socket.errored) setTimeout(dial, RETRY_MS);'],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "get"; again; wait 500; ask "get"', bug: '0, nothing more', clean: '0, 0' },
    plot: {
      schedule: [
        cut('front->back', { how: 'fin', direction: 'downstream', armAt: 'now', frame: { matches: { contains: 'now' } }, atByte: 0 }),
      ],
      async script({ say, mark, until }) {
        await say(GET, '0');
        await mark('now');
        await say(ADD);
        await until('it has dialled again', async () => Number(await say('"dials"')) > 1, { within: '2s' });
      },
    },
  }),
];

export const HANGS: readonly Pair[] = [...ANSWERS, ...HTTP_AND_WEBSOCKET, ...PONGS, ...ENDS, ...CHILDREN, ...RECONNECTS];
