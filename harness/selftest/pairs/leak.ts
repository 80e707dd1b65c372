// Something that can be counted grows with every round, or something is left over after the end.
import { cut } from '../../model/faults/steps.ts';
import { inEach, pair } from '../base/make-pair.ts';
import type { Pair, Plot } from '../base/pair.ts';
import { family, relay, server, spoken } from '../base/shapes.ts';
import { ADD, pause, PING, PONG, says } from '../base/words.ts';

const SLEEP_60 = "process.getBuiltinModule('node:child_process').spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).unref()";
const rounds = (round: (talk: Parameters<Plot['script']>[0]) => Promise<void>): Plot => ({
  script: (talk) => talk.cycles('a round', () => round(talk)),
  within: '60s',
});
const comesAndGoes = rounds(async ({ open, say, close }) => {
  await open();
  await say(PING, PONG);
  await close();
});
const asks = rounds(async ({ say }) => void (await say(PING, PONG)));

const GROWTH: readonly Pair[] = [
  ...inEach(
    'connection-is-never-closed',
    'leak',
    {
      'server.mjs': ['const server = createServer((socket) => {', 'const server = createServer({ allowHalfOpen: true }, (socket) => {'],
      'server.py': ['    watchers.discard(connection)\n    connection.close()', '    watchers.add(connection)'],
      'server.c': ['  close(clients[at].fd);\n', ''],
    },
    {
      bug: 'the connection of a client that has left is kept',
      shape: (program) => server(program, { unix: program === 'server.py' }),
      hand: { steps: 'count descriptors; open 5; close; count descriptors', bug: '5 more descriptors', clean: '0 more descriptors' },
      plot: comesAndGoes,
    },
  ),
  ...inEach(
    'descriptor-stays-open',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') process.getBuiltinModule('node:fs').openSync('/dev/null');\n  if (asked === 'ping') return 'pong';",
      ],
      'server.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        os.open("/dev/null", os.O_RDONLY)\n'],
      'server.c': ['    strcpy(reply, "\\"pong\\"\\n");', '    open("/dev/null", O_RDONLY);\n    strcpy(reply, "\\"pong\\"\\n");'],
    },
    {
      bug: 'every request opens a file and forgets it',
      shape: (program) => server(program),
      hand: {
        steps: 'ask "get"; count descriptors; ask "ping"; ask "ping"; count descriptors',
        bug: '0, "pong", "pong", 2 more descriptors',
        clean: '0, "pong", "pong", 0 more descriptors',
      },
      plot: asks,
    },
  ),
  ...inEach(
    'descriptor-of-a-message-stays-open',
    'leak',
    {
      'websocket.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') process.getBuiltinModule('node:fs').openSync('/dev/null');\n  if (asked === 'ping') return 'pong';",
      ],
      'websocket.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        os.open("/dev/null", os.O_RDONLY)\n'],
    },
    {
      bug: 'every message opens a file and forgets it',
      shape: (program) => spoken('websocket', program),
      hand: {
        steps: 'ws "get"; count descriptors; ws "ping"; ws "ping"; count descriptors',
        bug: '0, "pong", "pong", 2 more descriptors',
        clean: '0, "pong", "pong", 0 more descriptors',
      },
      plot: asks,
    },
  ),
  ...inEach(
    'descriptor-of-a-post-stays-open',
    'leak',
    {
      'web.mjs': [
        "if (request.method === 'POST') number += 1;",
        "if (request.method === 'POST') process.getBuiltinModule('node:fs').openSync('/dev/null');",
      ],
      'web.py': ['        number += 1\n', '        number += 1\n        os.open("/dev/null", os.O_RDONLY)\n'],
    },
    {
      bug: 'every POST opens a file and forgets it',
      shape: (program) => spoken('http', program),
      hand: (language) => ({
        steps: 'get; count descriptors; post x; post x; count descriptors',
        bug: `{"number":0,"got":""}, ${language === 'node' ? '{"number":0,"got":"x"}, {"number":0,"got":"x"}' : '{"number":1,"got":"x"}, {"number":2,"got":"x"}'}, 2 more descriptors`,
        clean: '{"number":0,"got":""}, {"number":1,"got":"x"}, {"number":2,"got":"x"}, 0 more descriptors',
      }),
      plot: rounds(async ({ say }) => void (await say('x'))),
    },
  ),
  ...inEach(
    'pool-without-a-bound',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') process.getBuiltinModule('node:fs').openSync('/dev/null');\n  if (asked === 'ping') return 'pong';",
      ],
      'server.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        os.open("/dev/null", os.O_RDONLY)\n'],
    },
    {
      bug: 'a pool of open files has no bound; its twin stops at six',
      lookAlikes: {
        'server.mjs': [
          "  if (asked === 'ping') return 'pong';",
          "  if (asked === 'ping' && (globalThis.pool = (globalThis.pool ?? 0) + 1) <= 6) process.getBuiltinModule('node:fs').openSync('/dev/null');\n  if (asked === 'ping') return 'pong';",
        ],
        'server.py': [
          '    if asked == "ping":\n',
          '    if asked == "ping":\n        pool = globals().setdefault("pool", [])\n        if len(pool) < 6:\n            pool.append(os.open("/dev/null", os.O_RDONLY))\n',
        ],
      },
      shape: (program) => server(program, { unix: true }),
      hand: {
        steps: 'ask "get"; count descriptors; burst "ping"|"ping"|"ping"|"ping"|"ping"|"ping"|"ping"|"ping"; count descriptors',
        bug: '0, "pong" "pong" "pong" "pong" "pong" "pong" "pong" "pong", 8 more descriptors',
        clean: '0, "pong" "pong" "pong" "pong" "pong" "pong" "pong" "pong", 6 more descriptors',
      },
      plot: asks,
    },
  ),
  ...inEach(
    'thread-never-ends',
    'leak',
    {
      'server.py': ['    connection.close()\n', '    connection.close()\n    threading.Event().wait()\n'],
      'server.c': [
        '  close(clients[at].fd);\n',
        '  close(clients[at].fd);\n  pthread_t thread;\n  pthread_create(&thread, NULL, (void *(*)(void *))pause, NULL);\n',
      ],
    },
    {
      bug: 'each connection leaves a thread that waits for ever',
      shape: (program) => server(program),
      hand: { steps: 'count threads; open 3; close; count threads', bug: '3 more threads', clean: '0 more threads' },
      plot: comesAndGoes,
    },
  ),
  ...inEach(
    'children-are-not-reaped',
    'leak',
    {
      'server.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        os.posix_spawn("/bin/true", ["true"], os.environ)\n'],
      'server.c': ['    strcpy(reply, "\\"pong\\"\\n");', '    if (fork() == 0) _exit(0);\n    strcpy(reply, "\\"pong\\"\\n");'],
    },
    {
      bug: 'nobody waits for the end of a child: each is a zombie',
      hole: '2.2',
      shape: (program) => server(program),
      hand: {
        steps: 'ask "get"; count zombies; ask "ping"; ask "ping"; count zombies',
        bug: '0, "pong", "pong", 2 more zombies',
        clean: '0, "pong", "pong", 0 more zombies',
      },
      plot: asks,
    },
  ),
  pair('each-lost-connection-is-dialled-twice-node', 'leak', {
    bug: 'after each lost connection two are dialled: they double',
    hole: '6.2',
    program: 'front.mjs',
    change: ['    setTimeout(dial, RETRY_MS);', '    setTimeout(dial, RETRY_MS);\n    setTimeout(dial, RETRY_MS);'],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "dials"; again; wait 1000; ask "get"', bug: '1, 0', clean: '1, 0' },
    plot: {
      schedule: [
        cut('front->back', {
          how: 'rst',
          direction: 'downstream',
          frame: { matches: { contains: 'now' } },
          atByte: 1,
          times: 5_000,
          mustFire: 5,
        }),
      ],
      script: reconnects,
      within: '60s',
    },
  }),
  pair('each-dial-opens-one-more-node', 'leak', {
    bug: 'every dial opens a second connection, which is kept',
    program: 'front.mjs',
    change: [
      '  state.dials += 1;\n',
      "  state.dials += 1;\n  connect({ host: BACK_HOST, port: Number(BACK_PORT) }).on('error', () => undefined);\n",
    ],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "get"; again; wait 500; ask "get"', bug: '0, 0', clean: '0, 0' },
    plot: {
      schedule: [
        cut('front->back', {
          how: 'rst',
          direction: 'downstream',
          frame: { matches: { contains: 'now' } },
          atByte: 1,
          times: 100,
          mustFire: 8,
        }),
      ],
      script: reconnects,
      within: '60s',
    },
  }),
];

const MEMORY: readonly Pair[] = [
  pair('fifty-kilobytes-are-kept-node', 'leak', {
    bug: '50 kB of every request are kept; its twin keeps the last twenty',
    hole: '6.3',
    program: 'server.mjs',
    change: [
      "  if (asked === 'ping') return 'pong';",
      "  if (asked === 'ping') (globalThis.kept ??= []).push(Buffer.alloc(50_000, 1));\n  if (asked === 'ping') return 'pong';",
    ],
    lookAlike: [
      "  if (asked === 'ping') return 'pong';",
      "  if (asked === 'ping' && (globalThis.kept ??= []).push(Buffer.alloc(50_000, 1)) > 20) globalThis.kept.shift();\n  if (asked === 'ping') return 'pong';",
    ],
    shape: server('server.mjs'),
    hand: { steps: 'ask "ping"; ask "ping"', bug: '"pong", "pong"', clean: '"pong", "pong"' },
    plot: { script: (talk) => talk.cycles('a request', async () => void (await talk.say(PING, PONG)), { memory: true }), within: '60s' },
  }),
];

const LEFT_OVER: readonly Pair[] = [
  ...inEach(
    'helper-is-left-behind',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        `  if (asked === 'ping') ${SLEEP_60};\n  if (asked === 'ping') return 'pong';`,
      ],
      'server.py': [
        '    if asked == "ping":\n',
        '    if asked == "ping":\n        import subprocess\n        subprocess.Popen(["sleep", "60"], start_new_session=True, stdout=subprocess.DEVNULL)\n',
      ],
      'server.c': [
        '    strcpy(reply, "\\"pong\\"\\n");',
        '    pid_t helper = fork();\n    if (helper == 0) {\n      for (;;) pause();\n    }\n    setpgid(helper, helper);\n    strcpy(reply, "\\"pong\\"\\n");',
      ],
    },
    {
      bug: 'a helper in a group of its own outlives it',
      shape: (program) => server(program),
      hand: { steps: 'ask "ping"; term; left', bug: '"pong", ended with code 0, 1 left', clean: '"pong", ended with code 0, 0 left' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'helper-without-its-variables-is-left-behind',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        `  if (asked === 'ping') ${SLEEP_60.replace("stdio: 'ignore'", "stdio: 'ignore', env: { PATH: process.env.PATH }")};\n  if (asked === 'ping') return 'pong';`,
      ],
      'server.py': [
        '    if asked == "ping":\n',
        '    if asked == "ping":\n        import subprocess\n        subprocess.Popen(["sleep", "60"], start_new_session=True, stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"]})\n',
      ],
      'wrapper.sh': ['exec "$@"', 'env -i setsid sleep 60 </dev/null >/dev/null 2>&1 &\nexec "$@"'],
    },
    {
      bug: 'a helper that gets a clean environment outlives it',
      hole: '2.1',
      shape: (program) => (program === 'wrapper.sh' ? server('server.mjs', { starter: program }) : server(program)),
      hand: { steps: 'ask "ping"; term; left', bug: '"pong", ended with code 0, 1 left', clean: '"pong", ended with code 0, 0 left' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'child-outlives-its-killed-parent',
    'leak',
    {
      'child.mjs': [
        "process.stdin.on('end', () => process.exit(0));",
        "process.stdin.on('end', () => setInterval(() => undefined, 1_000));",
      ],
      'child.c': ['  return 0;', '  for (;;) pause();'],
    },
    {
      bug: 'the child goes on without a parent when that was killed',
      hole: '1.2',
      shape: (program) => family('parent.mjs', program, { alone: true, stopWithinMs: 2_000 }),
      hand: { steps: 'ask "ping"; eof', bug: '"pong", still there', clean: '"pong", ended with code 0' },
      plot: {
        async script({ say, node }) {
          await say(PING, PONG);
          await node('parent').kill();
        },
      },
    },
  ),
  ...inEach(
    'crumb-in-the-temporary-folder',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') process.getBuiltinModule('node:fs').writeFileSync(`${process.getBuiltinModule('node:os').tmpdir()}/crumb`, '');\n  if (asked === 'ping') return 'pong';",
      ],
      'server.py': [
        '    if asked == "ping":\n',
        '    if asked == "ping":\n        open(os.path.join(os.environ.get("TMPDIR", "/tmp"), "crumb"), "w").close()\n',
      ],
    },
    {
      bug: 'a file stays in the temporary folder',
      hole: '2.3',
      shape: (program) => server(program),
      hand: { steps: 'ask "ping"; term; files', bug: '"pong", ended with code 0, crumb', clean: '"pong", ended with code 0, no file' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'crumb-in-the-home-folder',
    'leak',
    {
      'server.mjs': [
        "  if (asked === 'ping') return 'pong';",
        "  if (asked === 'ping') process.getBuiltinModule('node:fs').writeFileSync(`${process.env.HOME}/crumb`, '');\n  if (asked === 'ping') return 'pong';",
      ],
      'server.py': ['    if asked == "ping":\n', '    if asked == "ping":\n        open(os.path.expanduser("~/crumb"), "w").close()\n'],
      'wrapper.sh': ['exec "$@"', ': > "$HOME/crumb"\nexec "$@"'],
    },
    {
      bug: 'a file stays in the home folder of whoever started it',
      shape: (program) => (program === 'wrapper.sh' ? server('server.mjs', { starter: program }) : server(program)),
      hand: { steps: 'ask "ping"; term; files', bug: '"pong", ended with code 0, crumb', clean: '"pong", ended with code 0, no file' },
      plot: says([PING, PONG]),
    },
  ),
  ...inEach(
    'socket-file-stays',
    'leak',
    {
      'server.mjs': ['  server.close();\n', ''],
      'server.py': ['        os.unlink(path)\n    os._exit(0)', '        pass\n    os._exit(0)'],
      'server.c': ['  if (getenv("SOCKET")) unlink(getenv("SOCKET"));\n  _exit(0);', '  _exit(0);'],
    },
    {
      bug: 'its socket file stays when it ends',
      shape: (program) => server(program, { unix: true }),
      hand: { steps: 'ask "ping"; term; files', bug: '"pong", ended with code 0, socket-0', clean: '"pong", ended with code 0, no file' },
      plot: says([PING, PONG]),
    },
  ),
  pair('entry-script-stays-in-between-shell', 'leak', {
    bug: 'the script starts the server in a session of its own, and ends alone',
    program: 'wrapper.sh',
    change: ['exec "$@"', 'setsid "$@" &\nwait'],
    shape: server('server.mjs', { starter: 'wrapper.sh' }),
    hand: { steps: 'ask "ping"; term; left', bug: '"pong", killed by SIGTERM, 1 left', clean: '"pong", ended with code 0, 0 left' },
    plot: says([PING, PONG]),
  }),
  ...inEach(
    'child-leaves-a-grandchild',
    'leak',
    {
      'child.mjs': [
        "  if (asked === 'ping') return 'pong';",
        `  if (asked === 'ping') ${SLEEP_60};\n  if (asked === 'ping') return 'pong';`,
      ],
      'child.py': [
        '    if asked == "ping":\n',
        '    if asked == "ping":\n        import subprocess\n        subprocess.Popen(["sleep", "60"], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)\n',
      ],
      'child.sh': ['    \'"ping"\') printf', '    \'"ping"\') setsid sleep 60 </dev/null >/dev/null 2>&1 & printf'],
    },
    {
      bug: 'a child over stdio leaves a process of its own behind',
      shape: (program) => family('parent.mjs', program, { alone: true }),
      hand: { steps: 'ask "ping"; eof; left', bug: '"pong", ended with code 0, 1 left', clean: '"pong", ended with code 0, 0 left' },
      plot: {
        async script({ say }) {
          await say(PING, PONG);
          await pause(100);
        },
      },
    },
  ),
];

async function reconnects({ say, cycles, until }: Parameters<Plot['script']>[0]): Promise<void> {
  const dials = async (): Promise<number> => Number(await say('"dials"'));
  await cycles('a lost connection', async () => {
    const before = await dials();
    await say(ADD);
    await until('it has dialled again', async () => (await dials()) > before, { within: '3s' });
    await until('it is connected again', async () => (await say('"get"')) !== '{"lost":true}', { within: '3s' });
  });
}

export const LEAKS: readonly Pair[] = [...GROWTH, ...MEMORY, ...LEFT_OVER];
