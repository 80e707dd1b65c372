// The mistake is the scenario's own: a fault that never acts, or code that breaks the process it runs in. Nothing is known
// of the system then, and nothing of it may look like a pass. By hand there is nothing to be seen.
import { cut, fault, split } from '../../model/faults/steps.ts';
import type { Step } from '../../model/faults/fault.ts';
import { pair } from '../base/make-pair.ts';
import type { Pair, Plot, Shape, Twin } from '../base/pair.ts';
import { relay, server } from '../base/shapes.ts';
import { ADD, pause, PING, PONG, says } from '../base/words.ts';

const unseen = { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' };
const upstream = { direction: 'upstream' as const };
const LINK = 'driver->server';

function vacuous(
  name: string,
  bug: string,
  schedule: (twin: Twin) => readonly Step[],
  more: { hole?: string; shape?: Shape; plot?: Plot } = {},
): Pair {
  const { shape = server('server.mjs'), plot = says([PING, PONG]), hole } = more;
  const hand = { hand: unseen, shape, plot: { ...plot, schedule }, ...(hole !== undefined && { hole }) };
  return pair(name, 'fault-happened', { bug, outcome: 'unknown', ...hand });
}

const FAULTS: readonly Pair[] = [
  vacuous(
    'split-beyond-the-message',
    'every 5000 bytes is never in a message of seven',
    (twin) => [split(LINK, { ...upstream, every: twin === 'bug' ? 5_000 : 3 })],
    { hole: '3.1' },
  ),
  vacuous(
    'split-at-an-offset-beyond',
    'the offset 5000 is never in a message of seven',
    (twin) => [split(LINK, { ...upstream, offsets: [twin === 'bug' ? 5_000 : 3] })],
    { hole: '3.1' },
  ),
  vacuous('step-that-must-act-and-does-not', 'a step that never acts is one that must; in its twin it may', (twin) => [
    split(LINK, { ...upstream, every: 5_000, ...(twin === 'clean' && { mayFire: true as const }) }),
  ]),
  vacuous(
    'cut-behind-the-end',
    'a cut at byte 5000 of a short conversation',
    (twin) => [cut(LINK, { how: 'rst', atByte: twin === 'bug' ? 5_000 : 3 })],
    {
      plot: { script: async ({ say }) => void (await say(PING)) },
      shape: server('server.py'),
    },
  ),
  vacuous(
    'frame-that-never-comes',
    'the fault waits for a frame that nobody sends',
    (twin) => [
      fault(LINK, { kind: 'duplicate' }, { ...upstream, frame: { matches: { contains: twin === 'bug' ? 'pung' : 'ping' } }, times: 1 }),
    ],
    { shape: server('server.mjs', { unix: true }) },
  ),
  vacuous(
    'mark-that-is-never-passed',
    'the fault waits for a mark that the script never passes',
    (twin) => [split(LINK, { ...upstream, every: 3, armAt: twin === 'bug' ? 'never' : 'now' })],
    {
      plot: {
        async script({ say, mark }) {
          await mark('now');
          await say(PING, PONG);
        },
      },
    },
  ),
  pair('front-never-subscribes-node', 'fault-happened', {
    bug: 'the request that the fault waits for is never made',
    outcome: 'unknown',
    program: 'front.mjs',
    change: ['ask(\'"watch"\',', 'ask(\'"get"\','],
    shape: relay('front.mjs', 'server.mjs', { longestTimerMs: 100 }),
    hand: { steps: 'ask "add"; wait 100; ask "copy"', bug: '1, 0', clean: '1, 1' },
    plot: {
      schedule: [split('front->back', { ...upstream, every: 3, frame: { matches: { contains: 'watch' } } })],
      script: async ({ say }) => void (await say(ADD, '1')),
    },
  }),
];

function poison(name: string, bug: string, act: (talk: Parameters<Plot['script']>[0]) => unknown): Pair {
  return pair(name, 'harness', {
    bug,
    hole: name === 'script-ends-the-process' ? '9.1' : '9.2',
    outcome: 'unknown',
    shape: server('server.mjs'),
    hand: unseen,
    plot: {
      async script(talk, twin) {
        await talk.say(PING, PONG);
        if (twin === 'bug') await act(talk);
      },
    },
  });
}

const POISON: readonly Pair[] = [
  poison('script-ends-the-process', 'the script ends the process that plays it', () => process.exit(0)),
  poison('script-lets-a-rejection-go', 'the script lets a rejected promise go', async () => {
    void Promise.reject(new Error('let go by the script'));
    await pause(50);
  }),
  poison('script-throws-in-a-timer', 'a timer of the script throws', async () => {
    setTimeout(() => {
      throw new Error('of a timer');
    }, 10);
    await pause(100);
  }),
  poison('script-throws-after-its-end', 'a timer that the script has left throws after its end', () => {
    setTimeout(() => {
      throw new Error('after the end');
    }, 700);
  }),
  poison('script-never-turns', 'the script is in an endless loop', () => {
    for (;;);
  }),
];

export const SCRIPTS: readonly Pair[] = [...FAULTS, ...POISON];
