import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { hang } from '../oracles/hang/hang.ts';
import { historyOf, PLAN } from '../oracles/testing/written-history.contract.ts';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble, summaryDouble } from '../results/case-result.double.ts';
import type { CaseRow } from '../results/summary.ts';
import { plain } from './plain.ts';
import { countsLine, failureLines, needsAttention, progressLine, restsOnLines, table } from './terminal.ts';

const failed = (message = 'no answer') => failOrPass('hang', [{ message, events: [1] }]);
const starved = unknown('machine', 'starved', 'busy');
const caught = { defect: 'W1', expectedOracle: 'hang' };
const missed = { defect: 'W1', expectedOracle: 'leak' };

/** Colours, a title, a cursor move, a bell, C1 controls, a carriage return that would overwrite the line, DEL. */
const HOSTILE = 'a\u001b[31mred\u001b[0m\u001b]0;owned\u0007\u001b[2J\u001b\u0008\u0007\u009b31m\u0085\rb\u007f\u0000';
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;

test('control characters of captured text never reach the terminal', () => {
  const row = rowDouble(failed(HOSTILE));
  const lost = rowDouble(unknown('harness', 'injector', HOSTILE));
  const skipped = rowDouble(pass('all'), { verdict: 'skipped', reason: `${HOSTILE}\nsecond line` });
  const printed = [...failureLines(row), ...failureLines(lost), table(summaryDouble([skipped]))].join('\n');
  expect(printed).not.toMatch(CONTROL);
  expect(printed).toContain('ared');
  expect(plain('kept:\ttabs\nand lines, \u00e9 \u{1f600}')).toBe('kept:\ttabs\nand lines, \u00e9 \u{1f600}');
});

test('a failure shows its findings, the replay line and where the history is; four findings at most', () => {
  const many = failOrPass(
    'hang',
    [1, 2, 3, 4, 5].map((n) => ({ message: `no answer ${n}\nfrom room`, events: [n] })),
  );
  expect(failureLines(rowDouble(many, { folder: 'results/runs/x' }))).toEqual([
    ...[1, 2, 3, 4].map((n) => `      hang: no answer ${n}\n      from room`),
    '      … 1 more finding(s)',
    '      replay: npx tornwire run links/cut',
    '      history: results/runs/x/history.ndjson',
  ]);
});

test('the reason of an unknown verdict is told before what was found all the same', () => {
  const row = rowDouble(unknown('hang', 'starved', 'CPU pressure 98 %'), {
    findings: [{ oracle: 'hang', message: 'no answer', events: [1] }],
  });
  expect(failureLines(row).slice(0, 2)).toEqual([
    '      unknown: starved: CPU pressure 98 % [TW-UNKNOWN-STARVED]',
    '      not proved (starved): hang: no answer',
  ]);
});

test('the code of a finding stands behind its first line', () => {
  const found = failOrPass('leak', [{ code: 'TW-LEAK-FILE', message: 'a file is left\n  in tmp', events: [1] }]);
  expect(failureLines(rowDouble(found))[0]).toBe('      leak: a file is left [TW-LEAK-FILE]\n        in tmp');
});

test('that a case was taken again alone is said with the reason', () => {
  const line = progressLine(rowDouble(pass('all'), { retakenBecause: 'starved: CPU pressure 98 %' }), 1, 1);
  expect(line).toContain('(1235 ms), taken again alone, for the first time was starved: CPU pressure 98 %');
});

test('a case that was asked for alone says what its pass rests on', () => {
  const row = rowDouble(pass('all', ['a rest of 604 ms', 'views that were read\u001b[2J after the lift']));
  expect(restsOnLines(row, 1)).toEqual([
    '      rests on a rest of 604 ms',
    expect.stringMatching(/^ {6}rests on views that were read[^\u001b]* after the lift$/),
  ]);
  expect(restsOnLines(row, 2)).toEqual([]);
  expect(restsOnLines(rowDouble(failed('x')), 1)).toEqual([]);
});

test('a defect that was caught shows one line of what its oracle found, and the replay line', () => {
  const row = rowDouble(failed(`no answer\n${'x'.repeat(5_000)}`), { ...caught, folder: 'results/runs/x' });
  const lines = failureLines(row);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^ {6}hang: no answer x{300,330}… \(\d+ more characters\)$/);
  expect(lines[1]).toBe('      replay: npx tornwire run links/cut');
});

test('a finding of one line of 200,193 bytes is bounded', () => {
  const lines = failureLines(rowDouble(failed('x'.repeat(200_193))));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(500);
});

test.each<[string, CaseRow, boolean, string]>([
  ['a pass', rowDouble(pass('all')), false, 'pass'],
  ['a failure', rowDouble(failed()), true, 'FAIL'],
  ['an unknown', rowDouble(starved), true, 'unknown'],
  ['a skipped case', rowDouble(pass('all'), { verdict: 'skipped', reason: 'no tmux' }), false, 'skip'],
  ['a caught defect', rowDouble(failed(), caught), false, 'caught'],
  ['a defect caught by another oracle', rowDouble(failed(), missed), true, 'missed (fail)'],
  ['a defect that passed', rowDouble(pass('all'), caught), true, 'missed (pass)'],
  ['a skipped defect', rowDouble(pass('all'), { ...caught, verdict: 'skipped' }), false, 'skip'],
])('%s is called by its name, and lines follow where somebody must look or may want to', (_what, row, attention, word) => {
  expect(needsAttention(row)).toBe(attention);
  expect(failureLines(row).length > 0).toBe(attention || word === 'caught');
  expect(stripVTControlCharacters(progressLine(row, 3, 12))).toContain(` 3/12 ${word} links/cut`);
});

test('the table has a line a scenario and defect: the worst verdict, how many were so, the median time', () => {
  const rows = [
    rowDouble(pass('all'), { durationMs: 30 }),
    rowDouble(failed(), { durationMs: 10 }),
    rowDouble(starved, { durationMs: 20 }),
    rowDouble(failed(), { ...caught, durationMs: 5 }),
    rowDouble(pass('all'), { scenario: 'other/one', verdict: 'skipped', reason: 'no tmux', durationMs: 0 }),
  ];
  expect(
    table(summaryDouble(rows))
      .split('\n')
      .map((line) => line.trimEnd()),
  ).toEqual([
    '',
    'scenario        verdict         median',
    'links/cut       1 of 3 failed    20 ms  by hang',
    'links/cut + W1  caught            5 ms  by hang',
    'other/one       skipped           0 ms  no tmux [TW-SKIPPED-MISSING]',
    '',
    '1 passed, 1 failed, 1 unknown, 1 skipped; defects: 1 caught, 0 missed in 5.0 s',
  ]);
});

test('one defect run of three that nobody caught makes the whole line missed', () => {
  const rows = [rowDouble(failed(), caught), rowDouble(pass('all'), caught), rowDouble(failed(), caught)];
  expect(table(summaryDouble(rows))).toContain('1 of 3 missed');
});

test.each<[string, CaseRow, string]>([
  ['passed', rowDouble(pass('all')), '4 of 4 passed'],
  ['failed', rowDouble(failed()), '4 of 4 failed'],
  ['unknown', rowDouble(starved), '4 of 4 unknown'],
  ['caught', rowDouble(failed(), caught), '4 of 4 caught'],
  ['missed', rowDouble(pass('all'), caught), '4 of 4 missed'],
])('four rows that all %s are counted as that', (_what, row, words) => {
  expect(table(summaryDouble([row, row, row, row]))).toContain(` ${words} `);
});

test('an interrupted run says so, and defects are named only where there were any', () => {
  expect(countsLine({ ...summaryDouble([rowDouble(pass('all'))]), interrupted: true })).toBe(
    '1 passed, 0 failed, 0 unknown, 0 skipped in 5.0 s (interrupted)',
  );
});

test('what a starved machine made late stands in the line as not proved, with the reason', () => {
  const machine = { probe: 'machine', loopDelayP99Ms: 400, loopStalledMs: 9_000, cpuPressureAvg10: 98, processorWaitMs: 9_000 } as const;
  const owed = { kind: 'obligation', id: 1, what: 'the room answers', boundMs: 5_000 } as const;
  const verdict = hang.judge(
    historyOf([
      { atMs: 0, ...owed, state: 'opened' },
      { atMs: 5_100, kind: 'observation', observation: machine },
      { atMs: 5_200, ...owed, state: 'unmet' },
    ]),
    PLAN,
  );
  const lines = failureLines(rowDouble(verdict));
  expect(lines[0]).toMatch(/^ +unknown: starved: .* \[TW-UNKNOWN-STARVED\]$/);
  expect(lines[1]).toMatch(/^ +not proved \(starved\): hang: 'the room answers' did not happen within 5 s .* \[TW-HANG-OWED\]$/);
});
