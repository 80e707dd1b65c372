// The gate from hand-written rows: what holds, what fails, and what is merely not known.
import { expect, test } from 'vitest';
import { defaultPolicy, policySchema, type Policy } from '../model/policy.ts';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble, summaryDouble } from '../results/case-result.double.ts';
import type { CaseRow, Summary } from '../results/summary.ts';
import { judgeGate, type SweptFacts, type WantedDefect } from './judge-gate.ts';

const W1: WantedDefect = { id: 'W1', scenario: 'links/cut', title: 'a cut link is dialled again', oracle: 'divergence' };
const failing = (oracle: string) => failOrPass(oracle, [{ message: 'wrong', events: [] }]);
const clean = (repeat = 1, more: Partial<CaseRow> = {}): CaseRow => rowDouble(pass('all'), { repeat, ...more });
const caught = (repeat = 1): CaseRow => rowDouble(failing('divergence'), { defect: 'W1', expectedOracle: 'divergence', repeat });
const missed = (repeat = 1): CaseRow => rowDouble(pass('all'), { defect: 'W1', expectedOracle: 'divergence', repeat });
const skipped = (reason: string, more: Partial<CaseRow> = {}): CaseRow =>
  rowDouble(pass('all'), { verdict: 'skipped', reason, scenario: 'links/other', ...more });

function judged(
  rows: readonly CaseRow[],
  more: { policy?: Policy; planned?: number; defects?: WantedDefect[]; summary?: Partial<Summary>; swept?: SweptFacts } = {},
) {
  const { policy = defaultPolicy(), planned = rows.length, defects = [W1], summary = {}, swept } = more;
  return judgeGate({
    policy,
    planned,
    defects,
    ...(swept && { swept }),
    commit: null,
    falseAlarms: 'not measured',
    summary: summaryDouble(rows, summary),
  });
}

test('clean cases that pass and a defect that is caught make a gate that holds', () => {
  const gate = judged([clean(1), clean(2), caught()]);
  expect(gate.outcome).toBe('pass');
  expect(gate.clauses.map((clause) => clause.holds)).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', 'yes']);
  expect(gate.defects).toMatchObject([{ defect: 'W1', caught: 1, runs: 1, state: 'caught' }]);
});

test.each([
  ['a clean case that fails once in three', [clean(1), clean(2), rowDouble(failing('hang'), { repeat: 3 }), caught()], 'fail'],
  ['a defect that is missed', [clean(), missed()], 'fail'],
  [
    'a defect that is caught by another oracle',
    [clean(), rowDouble(failing('hang'), { defect: 'W1', expectedOracle: 'divergence' })],
    'fail',
  ],
  [
    'a clean case that ends unknown',
    [clean(), rowDouble(unknown('faults', 'vacuous', 'never fired'), { repeat: 2 }), caught()],
    'incomplete',
  ],
  ['a tool that is missing', [clean(), caught(), skipped('no tmux (apt-get install tmux)')], 'incomplete'],
  ['what cannot run there by design', [clean(), caught(), skipped('by design: no door', { byDesign: true })], 'pass'],
  ['a reason that only sounds like that', [clean(), caught(), skipped('by design: no door')], 'incomplete'],
  [
    'a fault server that froze',
    [clean(), caught(), rowDouble(unknown('harness', 'injector', 'no answer'), { repeat: 2 })],
    'harness-error',
  ],
  ['no clean case at all', [caught()], 'incomplete'],
] as const)('%s: %s', (_what, rows, outcome) => {
  expect(judged(rows).outcome).toBe(outcome);
});

test('a failure wins over what is merely not known, an interrupt over both', () => {
  const rows = [clean(), missed(), skipped('no tmux (apt-get install tmux)')];
  expect(judged(rows).outcome).toBe('fail');
  expect(judged(rows, { summary: { interrupted: true } }).outcome).toBe('interrupted');
});

test('a policy may allow a rate of failing cases, and never a scenario that fails every time', () => {
  const policy = policySchema.parse({ version: 1, clean: { flakeRateMax: 0.5 } });
  const flaky = judged([clean(1), clean(2), rowDouble(failing('hang'), { repeat: 3 }), caught()], { policy });
  expect(flaky.outcome).toBe('pass');
  expect(flaky.scenarios).toMatchObject([{ passed: 2, failed: 1, failing: { times: 1, of: 3 } }]);
  const always = [clean(1), clean(2), clean(3), rowDouble(failing('hang'), { scenario: 'links/wrong' }), caught()];
  expect(judged(always, { policy }).outcome).toBe('fail');
});

test('nine of ten is enough for a defect, eight is not', () => {
  const runs = (good: number): CaseRow[] => Array.from({ length: 10 }, (_, i) => (i < good ? caught(i + 1) : missed(i + 1)));
  expect(judged([clean(), ...runs(9)]).outcome).toBe('pass');
  const gate = judged([clean(), ...runs(8)]);
  expect(gate.outcome).toBe('fail');
  expect(gate.defects[0]?.detail).toBe('8 of 10; otherwise pass');
});

test('a patch that does not apply fails, a defect that was not begun is not known', () => {
  const broken = judged([clean()], { defects: [{ ...W1, broken: 'W1.patch no longer applies: a.ts, hunk 1 of 2 (@@ -3 +3 @@)' }] });
  expect(broken.outcome).toBe('fail');
  expect(broken.clauses[1]?.detail).toContain('a.ts, hunk 1 of 2');
  const late = judged([clean()], { planned: 2 });
  expect(late.outcome).toBe('incomplete');
  expect(late.defects[0]).toMatchObject({ state: 'not run' });
  expect(late.notRun).toBe(1);
});

test('what a pass does not say is computed from the counts', () => {
  const gate = judged([clean(1), clean(2), clean(3), caught()]);
  // (1 - 0.1)^3 = 72.9 %; 1 - 0.05^(1/3) = 63.2 %
  expect(gate.residualRisk[0]).toContain('fewer than 63.2 % of its runs would be missed by 3 run(s) with probability above 5 %');
  expect(gate.residualRisk[0]).toContain('10.0 % of its runs with probability 72.9 %');
  expect(gate.residualRisk[2]).toContain('of 1 reported bugs brought back, 1 were caught');
  expect(judged([]).residualRisk).toEqual(['no clean case was judged: nothing is known']);
});

test('what is accepted is named in a clause of its own, with what has expired and what was not seen', () => {
  const flaw = { oracle: 'leak', message: 'sockets grow', reason: 'T-1', until: '2999-12-31' };
  const knownFlaws = { expired: ['hang (T-2)'], unused: ['crash (T-3)'] };
  const gate = judged([clean(1, { accepted: [flaw] }), caught()], { summary: { knownFlaws } });
  expect(gate.outcome).toBe('pass');
  expect(gate.clauses.at(-1)).toEqual({
    name: 'known flaws are named',
    holds: 'yes',
    detail:
      '1 finding(s) accepted: links/cut: leak (T-1, until 2999-12-31); no longer accepted: hang (T-2); accepted and not seen: crash (T-3)',
  });
});

test('a sweep that the policy asks for must find nothing and cover enough', () => {
  const policy = policySchema.parse({ sweep: { budget: '5min', coverageMin: 0.1 } });
  const of = (swept?: Partial<SweptFacts>) => {
    const facts = swept && { points: 100, done: 20, findings: [], unclear: [], ...swept };
    const { outcome, clauses } = judged([clean(1), clean(2), caught()], { policy, ...(facts && { swept: facts }) });
    return [outcome, ...clauses.filter(({ name }) => name.startsWith('sweeps')).map(({ holds }) => holds)];
  };
  expect(of({})).toEqual(['pass', 'yes', 'yes']);
  expect(of({ findings: ['room by hang: no answer'] })).toEqual(['fail', 'no', 'yes']);
  expect(of({ done: 9 })).toEqual(['incomplete', 'yes', 'unsettled']);
  expect(of({ unclear: ['room without any fault: starved'] })).toEqual(['incomplete', 'unsettled', 'yes']);
  expect(of()).toEqual(['incomplete', 'unsettled']);
  expect(judged([clean(1), clean(2), caught()]).clauses.some(({ name }) => name.startsWith('sweeps'))).toBe(false);
});
