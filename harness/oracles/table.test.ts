import { expect, test } from 'vitest';
import { combine } from '../model/judging/verdict.ts';
import { ALWAYS_ON } from './table.ts';
import { historyOf, PLAN, type Written } from './testing/written-history.contract.ts';

const LATE: readonly Written[] = [
  { atMs: 100, kind: 'obligation', id: 1, what: 'the window is there', state: 'opened', boundMs: 1_000 },
  { atMs: 4_000, kind: 'obligation', id: 1, what: 'the window is there', state: 'unmet', boundMs: 1_000 },
];
const FROZEN: Written = { atMs: 4_001, kind: 'harness', problem: 'injector', detail: 'the fault server froze' };
const CRASHED: Written = { atMs: 4_002, kind: 'node', node: 'room', state: 'exited', code: 1, signal: null, asked: false };
const THREW: Written = { atMs: 4_003, kind: 'script', state: 'failed', error: 'AssertionError: no', detail: '' };

const judged = (written: readonly Written[]) => combine(ALWAYS_ON.map((oracle) => oracle.judge(historyOf(written), PLAN)));

test('an uneventful run passes', () => expect(judged([])).toEqual({ outcome: 'pass', oracle: 'all' }));

test('every oracle has a name of its own and a question', () => {
  expect(new Set(ALWAYS_ON.map((oracle) => oracle.name)).size).toBe(ALWAYS_ON.length);
  expect(ALWAYS_ON.every((oracle) => oracle.question.endsWith('?'))).toBe(true);
});

test('a broken injector is never blamed on the system, and what was found is kept', () => {
  expect(judged(LATE).outcome).toBe('fail');
  const verdict = judged([...LATE, FROZEN, THREW]);
  expect(verdict).toMatchObject({ outcome: 'unknown', reason: 'injector', detail: 'the fault server froze' });
  const [, , , hang] = ALWAYS_ON.map((oracle) => oracle.judge(historyOf([...LATE, FROZEN]), PLAN));
  expect(hang).toMatchObject({ outcome: 'unknown', reason: 'injector', findings: [{ oracle: 'hang' }] });
});

test('a crash is a crash, whatever became of the injector', () => {
  expect(judged([...LATE, FROZEN, CRASHED])).toMatchObject({ outcome: 'fail', oracle: 'crash', findings: [{ oracle: 'crash' }] });
});

test('a probe that could not read takes nothing away from a finding', () => {
  expect(judged([...LATE, { atMs: 4_001, kind: 'harness', problem: 'probe', detail: 'EACCES' }]).outcome).toBe('fail');
});

test('the headline is the cause: a crash goes before the hang and the failed assertion that follow from it', () => {
  const verdict = judged([...LATE, CRASHED, THREW]);
  expect(verdict.outcome === 'fail' && verdict.findings.map((finding) => finding.oracle)).toEqual(['crash', 'hang', 'script']);
});
