import { describe, expect, test } from 'vitest';
import type { CaseRow } from '../results/summary.ts';
import { pair } from './base/make-pair.ts';
import { server } from './base/shapes.ts';
import { says } from './base/words.ts';
import { countsOf, exitCodeOf, expectationOf, isRight, outcomeOf, type PairOutcome } from './outcome.ts';
import { countsLine, surprises, tableText } from './text.ts';

const PAIR = pair('forgets', 'leak', {
  bug: 'it forgets',
  program: 'server.py',
  shape: server('server.py'),
  hand: { steps: 'alive', bug: 'ended', clean: 'alive' },
  plot: says(),
});
const SEEN = [
  { twin: 'bug', wanted: 'ended', saw: 'ended' },
  { twin: 'clean', wanted: 'alive', saw: 'alive' },
] as const;

function row(verdict: CaseRow['verdict'], more: Partial<CaseRow> = {}): CaseRow {
  const empty = { scenario: '', title: '', defect: null, runtime: 'process', engine: 'own', engines: [], seed: 1, repeat: 1, oracle: null };
  const rest = { reason: null, reasonKind: null, findings: [], fingerprint: null, durationMs: 1, driveMs: 1, folder: null, repro: null };
  return { ...empty, ...rest, expectedOracle: null, replay: '', verdict, ...more };
}
const bugs = (...rows: CaseRow[]): CaseRow[] => rows.map((each) => ({ ...each, expectedOracle: expectationOf(PAIR, 'bug') }));
const clean = (...rows: CaseRow[]): CaseRow[] => rows.map((each) => ({ ...each, expectedOracle: expectationOf(PAIR, 'clean') }));
const caught = row('fail', { oracle: 'hang', findings: [{ oracle: 'leak', message: 'kept', events: [] }] });
const starved = row('unknown', { oracle: 'leak', reason: 'starved: the machine was starved', reasonKind: 'starved' });

describe('a twin', () => {
  test.each([
    [caught, true],
    [row('fail', { oracle: 'crash' }), false],
    [row('pass'), false],
    [starved, false],
  ])('with the bug %#', (given, right) => {
    expect(isRight(PAIR, 'bug', given)).toBe(right);
  });

  test('with a bug of the script is right where nothing is known, whoever says so', () => {
    const poison = { ...PAIR, oracle: 'harness', outcome: 'unknown' } as const;
    expect(isRight(poison, 'bug', row('unknown', { oracle: 'run', reasonKind: 'harness' }))).toBe(true);
    expect(isRight(poison, 'bug', row('unknown', { oracle: 'hang', reasonKind: 'starved' }))).toBe(false);
    expect(isRight(poison, 'bug', row('pass'))).toBe(false);
  });

  test('without it passes, and nothing else is right', () => {
    expect([row('pass'), starved, caught].map((each) => isRight(PAIR, 'clean', each))).toEqual([true, false, false]);
  });
});

describe('the targets', () => {
  const ended = (rows: readonly CaseRow[], loaded = false, seen: PairOutcome['byHand'] = SEEN): number =>
    exitCodeOf(countsOf([outcomeOf(PAIR, rows, seen)]), rows, loaded);

  test('hold where all is as it should be', () => {
    expect(ended([...bugs(caught), ...clean(row('pass'))])).toBe(0);
  });

  test('are missed by one bug that is not caught, one clean twin that fails, or a hand that sees something else', () => {
    expect(ended([...bugs(row('pass')), ...clean(row('pass'))])).toBe(1);
    expect(ended([...bugs(caught), ...clean(caught)])).toBe(1);
    expect(ended([...bugs(caught), ...clean(row('pass'))], false, [{ twin: 'bug', wanted: 'ended', saw: 'alive' }])).toBe(1);
  });

  test('excuse what is unknown under a load, and only there', () => {
    const rows = [...bugs(caught, starved), ...clean(starved)];
    expect([ended(rows), ended(rows, true)]).toEqual([1, 0]);
  });

  test('are not known where the harness failed', () => {
    expect(ended([...bugs(caught), ...clean(row('unknown', { oracle: 'harness', reasonKind: 'harness', reason: 'harness: lost' }))])).toBe(
      3,
    );
  });

  test('say nothing of pairs that were skipped, or are known holes', () => {
    const skipped = outcomeOf(PAIR, [row('skipped', { reason: 'python3 is not here' })], []);
    const known = outcomeOf({ ...PAIR, known: 'it is not looked at' }, bugs(row('pass')), SEEN);
    expect(countsOf([skipped, known])).toMatchObject({ pairs: 2, skipped: 1, knownHoles: 1, bugs: { of: 0 }, clean: { of: 0 } });
    expect(exitCodeOf(countsOf([skipped, known]), [], false)).toBe(4);
    expect(tableText([skipped, known])).toMatch(/skipped: python3 is not here\n.*fail by leak 0 of 1, a known hole/);
  });
});

test('what was not as it should be is said once, with its reason, and counted', () => {
  const rows = [...bugs(caught, starved, starved), ...clean(row('pass'))];
  const outcome = outcomeOf(PAIR, rows, [{ twin: 'bug', wanted: 'ended', saw: 'alive' }]);
  expect(surprises([outcome])).toEqual([
    'forgets, bug by hand: alive, not ended',
    'forgets, bug (2 times): unknown by leak: starved: the machine was starved',
  ]);
  expect(countsLine(countsOf([outcome]), 1_234)).toBe(
    '1 pairs; bugs caught by their oracle 1 of 3 (33.3 %), 2 unknown; clean twins passed 1 of 1 (100.0 %); by hand as written 0 of 1 (0.0 %); 0 known holes; 0 skipped; 1.2 s',
  );
});
