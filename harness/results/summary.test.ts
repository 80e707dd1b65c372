import { expect, test } from 'vitest';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { resultDouble, rowDouble } from './case-result.double.ts';
import { countsOf, isCaught, isHarnessError, isMistaken, rowOf, rowWithStray } from './summary.ts';

const failed = failOrPass('hang', [
  { message: 'no answer', events: [3] },
  { message: 'nor here', events: [4] },
]);
const skipped = { verdict: 'skipped', reason: 'no tmux' } as const;
const seeded = (expectedOracle: string) => ({ defect: 'W1', expectedOracle });

test('a failing case keeps all findings, the oracle that decided and its fingerprint; times are whole milliseconds', () => {
  const about = { repeat: 2, expectedOracle: null, repro: 'results/repros/x.json', replay: 'npx tornwire repro x' };
  expect(rowOf(resultDouble(failed), about)).toEqual({
    scenario: 'links/cut',
    title: 'a cut link is dialled again',
    defect: null,
    expectedOracle: null,
    runtime: 'process',
    engine: 'auto',
    engines: ['own 0.1.0'],
    seed: 7,
    repeat: 2,
    verdict: 'fail',
    oracle: 'hang',
    reason: null,
    reasonKind: null,
    findings: [
      { oracle: 'hang', message: 'no answer', events: [3] },
      { oracle: 'hang', message: 'nor here', events: [4] },
    ],
    fingerprint: 'f00d',
    durationMs: 1_235,
    driveMs: 1_000,
    folder: '/nowhere',
    repro: 'results/repros/x.json',
    replay: 'npx tornwire repro x',
  });
});

test('an unknown case says why, a passing one names no oracle', () => {
  expect(rowDouble(unknown('fault-happened', 'vacuous', 'it never fired'))).toMatchObject({
    verdict: 'unknown',
    oracle: 'fault-happened',
    reason: 'vacuous: it never fired',
    reasonKind: 'vacuous',
  });
  expect(rowDouble(pass('all'))).toMatchObject({ verdict: 'pass', oracle: null, reason: null, findings: [], fingerprint: null });
});

test('a defect is caught only by the oracle that its patch names, in whichever finding', () => {
  const second = failOrPass('crash', [{ message: 'exit 1', events: [1] }]);
  const both = rowDouble(failed, { ...seeded('hang'), findings: [...rowDouble(second).findings, ...rowDouble(failed).findings] });
  expect(isCaught(both)).toBe(true);
  expect(isCaught(rowDouble(failed, seeded('leak')))).toBe(false);
  expect(isCaught(rowDouble(unknown('harness', 'injector', 'died'), seeded('hang')))).toBe(false);
  expect(isCaught(rowDouble(pass('all'), seeded('hang')))).toBe(false);
});

test('clean cases and defects are counted apart, each row once', () => {
  expect(
    countsOf([
      rowDouble(pass('all')),
      rowDouble(pass('all')),
      rowDouble(failed),
      rowDouble(unknown('machine', 'starved', 'busy')),
      rowDouble(pass('all'), skipped),
      rowDouble(failed, seeded('hang')),
      rowDouble(failed, seeded('leak')),
      rowDouble(pass('all'), seeded('hang')),
      rowDouble(unknown('machine', 'starved', 'busy'), seeded('hang')),
      rowDouble(pass('all'), { ...skipped, ...seeded('hang') }),
    ]),
  ).toEqual({ passed: 2, failed: 1, unknown: 1, skipped: 2, caught: 1, missed: 3 });
  expect(countsOf([])).toEqual({ passed: 0, failed: 0, unknown: 0, skipped: 0, caught: 0, missed: 0 });
});

test('a pass whose code threw afterwards is no pass any more, and the harness is to blame', () => {
  const row = rowWithStray(rowDouble(pass('all')), 'Error: late (x.scenario.ts:3:5)');
  expect(row).toMatchObject({ verdict: 'unknown', reason: 'harness: stray-error: after its end: Error: late (x.scenario.ts:3:5)' });
  expect(isHarnessError(row)).toBe(true);
});

test('whose fault an unknown is comes from its kind, whatever its words are', () => {
  expect(isHarnessError(rowDouble(unknown('run', 'vacuous', 'x'), { reason: 'harness: of a car' }))).toBe(false);
  expect(isMistaken(rowDouble(unknown('run', 'starved', 'x'), { reason: 'mistaken' }))).toBe(false);
});

test('a scenario that does not fit together is told from a harness that failed', () => {
  const mistaken = rowDouble(unknown('run', 'mistaken', 'no link'));
  expect([isHarnessError(mistaken), isMistaken(mistaken)]).toEqual([true, true]);
  expect(isMistaken(rowDouble(unknown('run', 'harness', 'no link')))).toBe(false);
});
