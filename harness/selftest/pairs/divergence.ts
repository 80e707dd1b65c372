// Two of those who hold one truth hold different ones when all is at rest.
import { cut } from '../../model/faults/steps.ts';
import { inEach, pair } from '../base/make-pair.ts';
import type { Pair } from '../base/pair.ts';
import { family, NUMBER, relay, server } from '../base/shapes.ts';
import { ADD, says } from '../base/words.ts';

const atRest = { truths: [NUMBER] };
const retries = { longestTimerMs: 100 };

export const DIVERGENCES: readonly Pair[] = [
  ...inEach(
    'second-addition-is-only-said',
    'divergence',
    {
      'server.mjs': ['    number += 1;\n', '    if (number >= 1) return number + 1;\n    number += 1;\n'],
      'server.py': ['            number += 1\n            now = number', '            now = number + 1\n            number = min(now, 1)'],
      'server.c': ['    number += 1;\n', '    if (number >= 1) return say(from->fd, "2\\n");\n    number += 1;\n'],
    },
    {
      bug: 'the second addition is answered and not done',
      shape: (program) => server(program, { unix: program === 'server.c' }),
      hand: { steps: 'ask "add"; ask "add"; ask "get"', bug: '1, 2, 1', clean: '1, 2, 2' },
      plot: { ...says([ADD, '1'], [ADD, '2']), ...atRest },
    },
  ),
  ...inEach(
    'number-changes-by-itself',
    'divergence',
    {
      'server.mjs': ['    number += 1;\n', '    number += 1;\n    setTimeout(() => (number += 1), 1_000);\n'],
      'server.py': [
        '            number += 1\n            now = number',
        '            number += 1\n            now = number\n            threading.Timer(1, lambda: globals().update(number=number + 1)).start()',
      ],
    },
    {
      bug: 'a timer changes the number a second after all was at rest',
      hole: '4.3',
      shape: (program) => server(program, { longestTimerMs: 1_500 }),
      hand: { steps: 'ask "add"; wait 1300; ask "get"', bug: '1, 2', clean: '1, 1' },
      plot: { ...says([ADD, '1']), ...atRest, restWithin: '8s' },
    },
  ),
  ...inEach(
    'child-only-says-that-it-adds',
    'divergence',
    {
      'child.mjs': ['return (number += 1);', 'return number + 1;'],
      'child.py': ['        number += 1\n        return number', '        return number + 1'],
      'child.c': ['    number += 1;\n    printf("%d\\n", number);', '    printf("%d\\n", number + 1);'],
      'child.sh': ['number=$((number + 1)); printf \'%s\\n\' "$number"', 'printf \'%s\\n\' "$((number + 1))"'],
    },
    {
      bug: 'the child answers an addition and forgets it',
      shape: (program) => family('parent.mjs', program, { alone: true }),
      hand: { steps: 'ask "add"; ask "get"', bug: '1, 0', clean: '1, 1' },
      plot: { ...says([ADD, '1']), ...atRest },
    },
  ),
  pair('copy-is-not-read-again-node', 'divergence', {
    bug: 'what happened while the connection was lost is never caught up with',
    program: 'front.mjs',
    change: ["  socket.on('connect', () => ask(", "  socket.on('connect', () => state.dials === 1 && ask("],
    shape: relay('front.mjs', 'server.mjs', retries),
    hand: { steps: 'ask "add"; wait 100; again; wait 500; ask "copy"', bug: '1, 1', clean: '1, 0' },
    plot: {
      ...atRest,
      schedule: [cut('front->back', { how: 'rst', direction: 'downstream', frame: { matches: { contains: 'now' } }, atByte: 0 })],
      async script({ say, until }) {
        await say(ADD);
        await until('it has dialled again', async () => Number(await say('"dials"')) > 1, { within: '3s' });
      },
    },
  }),
  pair('lost-answer-is-asked-for-twice-node', 'divergence', {
    bug: 'a request whose answer was lost is sent again, and is done twice',
    program: 'front.mjs',
    change: [
      '    for (const { done } of waiting.splice(0)) done({ lost: true });',
      '    const again = waiting.splice(0);\n    setTimeout(() => again.forEach(({ line, done }) => ask(line, done)), 3 * RETRY_MS);',
    ],
    shape: relay('front.mjs', 'server.mjs', { ...retries, counts: true }),
    hand: { steps: 'ask "add"; again; wait 800; ask "get"', bug: '1, 0', clean: '1, 0' },
    plot: {
      ...atRest,
      schedule: [cut('front->back', { how: 'rst', direction: 'downstream', frame: { matches: { contains: 'now' } }, atByte: 0 })],
      async script({ say, until }) {
        await say(ADD);
        await until('it has dialled again', async () => Number(await say('"dials"')) > 1, { within: '3s' });
      },
    },
  }),
  pair('copy-is-never-changed-node', 'divergence', {
    bug: 'news is thrown away; its twin takes it over after 700 ms',
    hole: '4.3',
    program: 'front.mjs',
    change: ['  if (message?.now !== undefined) state.copy = message.now;', '  if (message?.now !== undefined) return;'],
    lookAlike: [
      '  if (message?.now !== undefined) state.copy = message.now;',
      '  if (message?.now !== undefined) setTimeout(() => (state.copy = message.now), 700);',
    ],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 1_000 }),
    hand: { steps: 'ask "add"; ask "copy"; wait 1000; ask "copy"', bug: '1, 0, 0', clean: '1, 0, 1' },
    plot: { ...atRest, ...says([ADD, '1']), restWithin: '6s' },
  }),
];
