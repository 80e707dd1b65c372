// More than it may, of something that can be counted: dials, connections, firings of a step. Such a count stands on any machine.
import { fault, split } from '../../model/faults/steps.ts';
import { pair } from '../base/make-pair.ts';
import type { Pair } from '../base/pair.ts';
import { relay } from '../base/shapes.ts';
import { pause, PING, PONG, says } from '../base/words.ts';

const unseen = { steps: 'ask "ping"', bug: '"pong"', clean: '"pong"' };
const retries = { longestTimerMs: 100 };
const WATCH = `socket.on('connect', () => ask('"watch"', (number) => (state.copy = number)));`;

export const BOUNDS: readonly Pair[] = [
  pair('dials-without-a-pause-node', 'bounds', {
    bug: 'a connection that is closed at once is dialled again without a pause: a storm; its twin waits 100 ms each time',
    hole: '3.8',
    program: 'front.mjs',
    change: ['setTimeout(dial, RETRY_MS);', 'setImmediate(dial);'],
    shape: relay('front.mjs', 'server.mjs', { ...retries, bounds: { dialsAtMost: { count: 30, per: '1s' } } }),
    hand: unseen,
    plot: {
      schedule: [fault('front->back', { kind: 'accept-then-close' })],
      script: async ({ say }) => {
        await say(PING);
        await pause(1_500);
      },
    },
  }),
  pair('two-connections-at-once-node', 'bounds', {
    bug: 'it dials twice at its start and holds both connections',
    program: 'front.mjs',
    change: ['dial();\nserver.listen(', 'dial();\ndial();\nserver.listen('],
    shape: relay('front.mjs', 'server.mjs', { ...retries, bounds: { connectionsAtMost: 1 } }),
    hand: { steps: 'ask "dials"; ask "ping"', bug: '2, "pong"', clean: '1, "pong"' },
    plot: says([PING, PONG]),
  }),
  pair('subscribes-twice-node', 'bounds', {
    bug: 'it subscribes twice on one connection: the step that parts its subscription fires more often than it may',
    program: 'front.mjs',
    change: [WATCH, `${WATCH}\n  socket.on('connect', () => ask('"watch"', () => undefined));`],
    shape: relay('front.mjs', 'server.mjs', retries),
    hand: unseen,
    plot: {
      ...says([PING, PONG]),
      schedule: [
        split('front->back', {
          direction: 'upstream',
          every: 3,
          frame: { matches: { contains: 'watch' } },
          times: 5,
          mustFire: 1,
          firesAtMost: 1,
        }),
      ],
    },
  }),
];
