import { expect, test } from 'vitest';
import { failOrPass, pass, unknown, type Verdict } from '../model/judging/verdict.ts';
import { rowDouble } from '../results/case-result.double.ts';
import type { CaseRow } from '../results/summary.ts';
import { changesBetween } from './changes.ts';

const fail = failOrPass('hang', [{ message: 'wrong', events: [] }]);
const runs = (scenario: string, ...verdicts: readonly Verdict[]): CaseRow[] => verdicts.map((verdict) => rowDouble(verdict, { scenario }));

test('each case is new, fixed, flaky, still failing, added or gone', () => {
  const before = [
    ...runs('breaks', pass('all')),
    ...runs('heals', fail),
    ...runs('stays', fail),
    ...runs('wobbles', pass('all'), fail),
    ...runs('leaves', pass('all')),
    ...runs('steady', pass('all')),
  ];
  const now = [
    ...runs('breaks', fail),
    ...runs('heals', pass('all')),
    ...runs('stays', fail),
    ...runs('wobbles', pass('all'), pass('all')),
    ...runs('comes', fail),
    ...runs('steady', pass('all'), unknown('hang', 'starved', 'busy')),
  ];
  expect(changesBetween('latest', before, now)).toEqual({
    since: 'latest',
    new: ['breaks (process)', 'comes (process)'],
    fixed: ['heals (process)', 'wobbles (process)'],
    flaky: ['wobbles (process)'],
    stillFailing: ['stays (process)'],
    added: ['comes (process)'],
    gone: ['leaves (process)'],
  });
});

test('a defect is right when it is caught, and apart from its clean scenario', () => {
  const defect = { scenario: 'one', defect: 'W1', expectedOracle: 'hang' };
  const before = [rowDouble(fail, defect), rowDouble(pass('all'), { scenario: 'one' })];
  const now = [rowDouble(pass('all'), defect), rowDouble(pass('all'), { scenario: 'one' })];
  expect(changesBetween('latest', before, now).new).toEqual(['one + W1 (process)']);
});
