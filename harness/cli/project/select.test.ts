// Filters of the command line, over scenarios as plain data.
import { describe, expect, test } from 'vitest';
import { brokenScenario, type DescribedScenario } from '../../model/described-scenario.ts';
import { NothingToRunError, UsageError } from '../base/usage-error.ts';
import { select } from './select.ts';

function named(name: string, title: string, ...tags: string[]): DescribedScenario {
  return { ...brokenScenario(name, `${name}.scenario.ts`, ''), title, tags, broken: undefined } as unknown as DescribedScenario;
}

const PACK = [
  named('slow-ipc/stall', 'a stalled desktop is told', 'slow', 'gate'),
  named('slow-ipc/trickle', 'not a byte is lost in a trickle', 'slow'),
  named('restart/bridge', 'a bridge that restarts comes back', 'gate'),
];

describe('filters choose', () => {
  test.each([
    [[], [0, 1, 2]],
    [['restart'], [2]],
    [
      ['restart', 'stall'],
      [0, 2],
    ],
    [['@gate'], [0, 2]],
    [['@gate', 'not @slow'], [2]],
    [['not', '@slow'], [2]],
    [['@slow', 'not', 'stall', 'not trickle', 'restart'], [2]],
    // The whole title of a scenario is one, however it begins.
    [['not a byte is lost in a trickle'], [1]],
    [['not not a byte is lost in a trickle'], [0, 2]],
  ])('%j', (filters, indexes) => {
    expect(select(PACK, filters)).toEqual(indexes.map((index) => PACK[index]));
  });
});

test('a filter that matches nothing is a mistake, also behind a not; an empty rest is nothing to run', () => {
  expect(() => select(PACK, ['@slwo'])).toThrow(new UsageError("no scenario matches '@slwo'; did you mean '@slow'?"));
  expect(() => select(PACK, ['not @slwo'])).toThrow("no scenario matches '@slwo'");
  expect(() => select(PACK, ['restart', 'not'])).toThrow("'not' is followed by nothing");
  expect(() => select(PACK, ['@slow', 'not slow-ipc'])).toThrow(
    new NothingToRunError("no scenario is left: '@slow not slow-ipc' leaves out what it chooses"),
  );
});

test('a file that could not be loaded is never left out by a tag', () => {
  const broken = brokenScenario('odd', 'odd.scenario.ts', 'it throws');
  expect(select([...PACK, broken], ['not @slow'])).toEqual([PACK[2], broken]);
  expect(select([...PACK, broken], ['@gate'])).toEqual([PACK[0], PACK[2], broken]);
});
