// A program ends, and nobody had asked it to; or it was asked, and ends badly.
import { fault, split } from '../../model/faults/steps.ts';
import { inEach, pair } from '../base/make-pair.ts';
import type { Pair, Plot } from '../base/pair.ts';
import { family, relay, server, spoken } from '../base/shapes.ts';
import { ADD, GET, pause, PING, PONG, says } from '../base/words.ts';

/** The end of a child is seen before everything is stopped. */
function withTime(...turns: readonly (readonly [line: string, expected?: string])[]): Plot {
  const { script } = says(...turns);
  return {
    async script(talk, twin) {
      await script(talk, twin);
      await pause(300);
    },
  };
}

const SERVERS: readonly Pair[] = [
  ...inEach(
    'one-request-kills-it',
    'crash',
    {
      'server.mjs': ['return { number, connections: connections.size };', 'return { number, connections: connections.length.valueOf() };'],
      'server.py': ['        return {"number": number, "connections": len(connections)}', '        os.abort()'],
      'server.c': [
        '    sprintf(reply, "{\\"number\\":%d,\\"connections\\":%d}\\n", number, count);',
        '    *(volatile int *)(size_t)count = number;',
      ],
    },
    {
      bug: 'one kind of request kills it',
      shape: (program) => server(program),
      hand: (language) => ({
        steps: 'ask "status"; alive',
        bug: `closed, ${language === 'node' ? 'ended with code 1' : language === 'c' ? 'killed by SIGSEGV' : 'killed by SIGABRT'}`,
        clean: '{"number":0,"connections":1}, alive',
      }),
      plot: { script: statusIsAsked },
    },
  ),
  ...inEach(
    'leaves-with-its-last-client',
    'crash',
    {
      'server.mjs': [
        '    connections.delete(socket);\n',
        '    connections.delete(socket);\n    if (connections.size === 0) process.exit(0);\n',
      ],
      'server.py': [
        '    connections.discard(connection)\n',
        '    connections.discard(connection)\n    if not connections:\n        os._exit(0)\n',
      ],
      'server.c': ['  close(clients[at].fd);\n', '  close(clients[at].fd);\n  if (count == 1) _exit(0);\n'],
    },
    {
      bug: 'it ends, with code 0, when nobody is connected any more',
      shape: (program) => server(program, { unix: true }),
      hand: { steps: 'ask "ping"; close; alive', bug: '"pong", ended with code 0', clean: '"pong", alive' },
      plot: { script: someoneLeaves },
    },
  ),
  ...inEach(
    'falls-over-its-own-end',
    'crash',
    {
      'server.mjs': ['  process.exit(0);', '  process.exit(1);'],
      'server.py': ['    os._exit(0)', '    os._exit(3)'],
      'server.c': ['  _exit(0);', '  abort();'],
    },
    {
      bug: 'it was asked to end, and ends badly',
      shape: (program) => server(program),
      hand: (language) => ({
        steps: 'ask "ping"; term',
        bug: `"pong", ${language === 'node' ? 'ended with code 1' : language === 'c' ? 'killed by SIGABRT' : 'ended with code 3'}`,
        clean: '"pong", ended with code 0',
      }),
      plot: says([PING, PONG]),
    },
  ),
  pair('reset-of-a-client-kills-it-node', 'crash', {
    bug: 'nobody listens for the error of a connection that its client resets',
    program: 'server.mjs',
    change: ["  socket.on('error', () => socket.destroy());\n", ''],
    shape: server('server.mjs'),
    hand: { steps: 'ask "ping"; reset; alive', bug: '"pong", ended with code 1', clean: '"pong", alive' },
    plot: {
      async script({ say, reset }) {
        await say(PING, PONG);
        await reset();
        await pause(300);
        await say(PING);
      },
    },
  }),
  pair('rejection-that-nobody-handles-node', 'crash', {
    bug: 'a promise that nobody awaits is rejected after the answer',
    program: 'server.mjs',
    change: [
      "  if (asked === 'ping') return 'pong';",
      "  if (asked === 'ping') void Promise.reject(new Error('nobody awaits me'));\n  if (asked === 'ping') return 'pong';",
    ],
    shape: server('server.mjs', { unix: true }),
    hand: { steps: 'ask "ping"; alive', bug: '"pong", ended with code 1', clean: '"pong", alive' },
    plot: {
      async script({ say }) {
        await say(PING);
        await pause(200);
      },
    },
  }),
  pair('client-that-has-gone-kills-it-c', 'crash', {
    bug: 'an answer to a client that has gone is a SIGPIPE',
    hole: '3.3',
    program: 'server.c',
    change: ['  signal(SIGPIPE, SIG_IGN);\n', ''],
    shape: server('server.c', { unix: true }),
    hand: { steps: 'ask "ping"; send "slow"; reset; wait 400; alive', bug: '"pong", killed by SIGPIPE', clean: '"pong", alive' },
    plot: {
      async script({ say, tell, close }) {
        await say(PING, PONG);
        await tell('"slow"');
        await close();
        await pause(600);
        await say(PING);
      },
    },
  }),
  pair('client-gone-right-behind-its-request-node', 'crash', {
    bug: 'nobody listens for the error of a connection whose client has gone right behind its request',
    hole: '3.3',
    program: 'server.mjs',
    change: ["  socket.on('error', () => socket.destroy());\n", ''],
    shape: server('server.mjs', { unix: true }),
    hand: { steps: 'ask "ping"; alive', bug: '"pong", alive', clean: '"pong", alive' },
    plot: {
      schedule: [fault('driver->server', { kind: 'gone-after-sending' }, { direction: 'upstream', frame: { index: 1 }, times: 1 })],
      async script({ say }) {
        await say(PING);
        await pause(300);
        await say(PING);
      },
    },
  }),
  pair('half-a-message-kills-it-node', 'crash', {
    bug: 'a message that is shorter than it should be, in a whole frame, is parsed without a guard; its twin answers that it is no JSON',
    hole: '3.6',
    program: 'websocket.mjs',
    change: ['  if (opcode === 1) socket.write(', '  if (opcode === 1 && payload.length > 0) socket.write('],
    lookAlike: [
      '  if (opcode === 1) socket.write(',
      `  if (opcode === 1 && !payload.toString().endsWith('}')) return void socket.write(frame(1, Buffer.from('"no JSON"')));
  if (opcode === 1) socket.write(`,
    ],
    shape: spoken('websocket', 'websocket.mjs'),
    hand: {
      steps: 'ws {"say":1}; ws {"say; alive',
      bug: '{"say":1}, no WebSocket, ended with code 1',
      clean: '{"say":1}, "no JSON", alive',
    },
    plot: {
      schedule: [
        fault(
          'driver->server',
          { kind: 'truncate-message', toBytes: 5 },
          { direction: 'upstream', frame: { matches: { contains: 'say' } }, times: 1 },
        ),
      ],
      script: async ({ say }) => void (await say('{"say":1}')),
    },
  }),
  pair('never-comes-up-python', 'crash', {
    bug: 'it ends before it is ready',
    program: 'server.py',
    change: ['print("ready", flush=True)', 'os._exit(3)'],
    shape: server('server.py'),
    hand: { steps: 'alive', bug: 'ended with code 3', clean: 'alive' },
    plot: says([PING, PONG]),
  }),
  pair('entry-script-does-not-find-its-program-shell', 'crash', {
    bug: 'the script that should start the server ends with 127',
    program: 'wrapper.sh',
    change: ['exec "$@"', 'exec /nowhere/"$1"'],
    shape: server('server.mjs', { starter: 'wrapper.sh' }),
    hand: { steps: 'alive', bug: 'ended with code 127', clean: 'alive' },
    plot: says([PING, PONG]),
  }),
  pair('back-that-is-away-kills-its-front-node', 'crash', {
    bug: 'nobody listens for the error of a connection that is refused',
    hole: '3.7',
    program: 'front.mjs',
    change: ["  socket.on('error', () => undefined);\n", ''],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "get"; again; alive', bug: '0, ended with code 1', clean: '0, alive' },
    plot: {
      async script({ say, node }) {
        await say(GET, '0');
        await node('back').kill();
        await pause(500);
        await node('back').start();
        await say(GET);
      },
    },
  }),
  pair('part-of-a-frame-kills-it-node', 'crash', {
    bug: 'a WebSocket frame that comes in pieces is read as if it were whole',
    program: 'websocket.mjs',
    change: ['  if (bytes.length < at + 4 + length) return undefined;\n', ''],
    shape: spoken('websocket', 'websocket.mjs'),
    hand: { steps: 'ws "ping"; alive', bug: '"pong", alive', clean: '"pong", alive' },
    plot: { ...says([PING, PONG]), schedule: [split('driver->server', { direction: 'upstream', every: 3 })] },
  }),
];

const CHILDREN: readonly Pair[] = [
  ...inEach(
    'child-dies-of-a-request',
    'crash',
    {
      'child.mjs': ["  if (asked === 'add') return (number += 1);", "  if (asked === 'add') throw new Error('no addition today');"],
      'child.py': ['        number += 1\n', '        os._exit(7)\n'],
      'child.c': ['    number += 1;\n', '    abort();\n'],
      'child.sh': ['number=$((number + 1));', 'exit 7;'],
    },
    {
      bug: 'the child ends while its stdin is open and nobody has signalled it',
      hole: '1.4',
      shape: (program) => family('parent.mjs', program, { alone: true }),
      hand: (language) => ({
        steps: 'ask "ping"; send "add"; alive',
        bug: `"pong", ${language === 'node' ? 'ended with code 1' : language === 'c' ? 'killed by SIGABRT' : 'ended with code 7'}`,
        clean: '"pong", alive',
      }),
      plot: withTime([PING, PONG], [ADD]),
    },
  ),
  ...inEach(
    'done-or-dead',
    'crash',
    {
      'child.mjs': ["  if (asked === 'get') return number;", "  if (asked === 'get') process.exit(3);"],
      'child.py': ['    if asked == "get":\n        return number', '    if asked == "get":\n        os._exit(3)'],
    },
    {
      bug: 'the child ends with code 3; its twin ends as unasked with code 0, for it is done',
      lookAlikes: {
        'child.mjs': ["  if (asked === 'get') return number;", "  if (asked === 'get') process.exit(0);"],
        'child.py': ['    if asked == "get":\n        return number', '    if asked == "get":\n        os._exit(0)'],
      },
      shape: (program) => family('parent.mjs', program, { alone: true }),
      hand: { steps: 'ask "ping"; send "get"; alive', bug: '"pong", ended with code 3', clean: '"pong", ended with code 0' },
      plot: withTime([PING, PONG], [GET]),
    },
  ),
];

async function statusIsAsked({ say }: { say(line: string): Promise<string | undefined> }): Promise<void> {
  await say('"status"');
}

async function someoneLeaves(talk: { say(line: string): Promise<string | undefined>; close(): Promise<void> }): Promise<void> {
  await talk.say(PING);
  await talk.close();
  await pause(300);
}

const SPOKEN: readonly Pair[] = [
  ...inEach(
    'one-request-ends-it',
    'crash',
    {
      'web.mjs': ["if (request.method === 'POST') number += 1;", "if (request.method === 'POST') throw new Error('no addition today');"],
      'web.py': ['        number += 1\n', '        os._exit(7)\n'],
    },
    {
      bug: 'a POST ends the server',
      shape: (program) => spoken('http', program),
      hand: (language) => ({
        steps: 'post x; alive',
        bug: `no HTTP, ended with code ${language === 'node' ? 1 : 7}`,
        clean: '{"number":1,"got":"x"}, alive',
      }),
      plot: says(['x']),
    },
  ),
  ...inEach(
    'one-message-ends-it',
    'crash',
    {
      'websocket.mjs': ["  if (asked === 'add') return (number += 1);", "  if (asked === 'add') throw new Error('no addition today');"],
      'websocket.py': ['        with lock:\n            number += 1', '        os.abort()\n        with lock:\n            number += 1'],
    },
    {
      bug: 'a message ends the server',
      shape: (program) => spoken('websocket', program),
      hand: (language) => ({
        steps: 'ws "add"; alive',
        bug: language === 'node' ? 'no WebSocket, ended with code 1' : 'no WebSocket, killed by SIGABRT',
        clean: '1, alive',
      }),
      plot: says([ADD]),
    },
  ),
];

export const CRASHES: readonly Pair[] = [...SERVERS, ...SPOKEN, ...CHILDREN];
