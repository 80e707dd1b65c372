// The first line of a sweep goes on with it: what somebody has typed is in it, whichever option it was.
import { expect, test } from 'vitest';
import { commands } from '../program.ts';
import { queueAddress } from '../queue/address.ts';
import { commandOf, type SweepOptions } from './sweep.ts';

test('the command that goes on repeats each option that was given, and the password of a queue is not among them', () => {
  const options: SweepOptions = {
    budget: '3min',
    depth: 1,
    only: 'restart store',
    jobs: 3,
    replays: 7,
    cases: 12,
    shrink: 9,
    defect: 'W1',
    warm: true,
    untilFound: true,
    json: true,
    queue: queueAddress('postgres://me:hidden-1@host:5432/base'),
    lostAfter: '45s',
    isolation: 'addresses',
  };
  const line = commandOf(['room', 'not @slow'], options, 5);
  expect(line).toBe(
    "npx tornwire sweep room 'not @slow' --seed 5 --budget 3min --depth 1 --cases 12 --only 'restart store' --jobs 3 --replays 7 --shrink 9 --defect W1 --warm --until-found --queue postgres://me@host:5432/base --lost-after 45s --isolation addresses",
  );
  const known = commands(() => {}).commands.find((command) => command.name() === 'sweep');
  // Of `--json` nothing hangs.
  const all = (known?.options ?? []).flatMap(({ long }) => (long === null || long === undefined || long === '--json' ? [] : long));
  expect(all.filter((option) => !line.includes(`${option} `))).toEqual([]);
});

test('what was not given and has no default is not there', () => {
  expect(commandOf([], { budget: '10min', depth: 2, replays: 4, shrink: 40, lostAfter: '30s', isolation: 'auto' }, 1)).toBe(
    'npx tornwire sweep --seed 1 --budget 10min --depth 2 --replays 4 --shrink 40',
  );
});
