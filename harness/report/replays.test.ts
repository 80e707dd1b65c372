import { expect, test } from 'vitest';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble } from '../results/case-result.double.ts';
import { replaysOf } from '../results/replays.ts';
import type { CaseRow } from '../results/summary.ts';
import { fixedText, replaysText } from './replays.ts';

const SAVED = { outcome: 'fail', oracle: 'hang', reproduced: { times: 5, of: 5 } };
const same = rowDouble(failOrPass('hang', [{ message: 'no answer', events: [1] }]));
const other = rowDouble(failOrPass('crash', [{ message: 'it died', events: [1] }]));
const good = rowDouble(pass('all'));
const starved = rowDouble(unknown('machine', 'starved', 'CPU pressure 98 %'));
const skipped = rowDouble(pass('all'), { verdict: 'skipped', oracle: null, reason: 'no tmux' });

test.each<[string, CaseRow[], number, string]>([
  ['all came back', [same, same], 2, 'reproduced 2 of 2 judged'],
  ['one passed', [same, good], 2, 'reproduced 1 of 2 judged'],
  ['another failure is not the same one', [other], 1, 'reproduced 0 of 1 judged'],
  ['a busy machine', [same, starved], 2, 'reproduced 1 of 1 judged; 1 could not be judged (starved: CPU pressure 98 %)'],
  [
    'none was judged',
    [starved, starved, skipped],
    3,
    'could not tell: 0 of 3 replays were judged (2 times starved: CPU pressure 98 %; no tmux)',
  ],
  ['an interrupt', [good], 3, 'reproduced 0 of 1 judged; 2 could not be judged (2 times interrupted: it did not come to its end)'],
  ['nothing at all', [], 1, 'could not tell: 0 of 1 replays were judged (interrupted: it did not come to its end)'],
])('replays are told: %s', (_what, rows, of, text) => {
  expect(replaysText(replaysOf(SAVED, rows, of))).toBe(text);
});

test('a case that was saved as unknown came back when it is unknown by the same oracle again', () => {
  const saved = { outcome: 'unknown', oracle: 'fault-happened', reproduced: { times: 0, of: 1 } };
  const vacuous = rowDouble(unknown('fault-happened', 'vacuous', 'it never fired'));
  expect(replaysOf(saved, [vacuous, starved], 2)).toEqual({
    times: 1,
    judged: 1,
    of: 2,
    notJudged: [{ reason: 'starved: CPU pressure 98 %', times: 1 }],
    cleanNeeded: null,
  });
});

test.each<[string, CaseRow[], RegExp]>([
  ['too few clean replays', [good, good], /^fixed with 95 % confidence after 4 clean replays .*: 2 more are needed, .*: again --times 4$/],
  [
    'enough',
    [good, good, good, good],
    /^fixed with 95 % confidence: 4 clean replays, and 4 are enough \(when it was saved .* 5 of 5 times\)$/,
  ],
  ['one that came back', [good, same, good, good, good], /^$/],
  ['none that was judged', [starved], /^$/],
])('whether it is fixed is told: %s', (_what, rows, text) => {
  expect(fixedText(replaysOf(SAVED, rows, rows.length), SAVED.reproduced, 'again').join('\n')).toMatch(text);
});
