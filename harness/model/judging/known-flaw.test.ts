// What is accepted, for how long, and what is left of a verdict without it.
import { describe, expect, test } from 'vitest';
import { acceptProblem, isExpired, type KnownFlaw, withoutAccepted } from './known-flaw.ts';
import { failOrPass, pass, unknown, type Verdict } from './verdict.ts';

const FLAW: KnownFlaw = { oracle: 'leak', contains: 'sockets', reason: 'T-12', until: '2026-12-31' };
const NOW = new Date('2026-12-31T23:59:59Z');
const leak = { oracle: 'leak', message: 'sockets grow', events: [1] };
const hang = { oracle: 'hang', message: 'no answer', events: [2] };

function failed(first: typeof leak, ...rest: (typeof leak)[]): Verdict {
  return { outcome: 'fail', oracle: first.oracle, findings: [first, ...rest] };
}

describe('a verdict without what is accepted', () => {
  test('is a pass when nothing else was found, and says what it rests on', () => {
    const { verdict, accepted } = withoutAccepted(failed(leak), 'a/b', [FLAW], NOW);
    expect(verdict).toEqual(pass('all', ['a flaw that is accepted until 2026-12-31 (T-12): leak: sockets grow']));
    expect(accepted).toEqual([{ finding: leak, flaw: FLAW }]);
  });

  test('fails by what is left, whichever came first', () => {
    expect(withoutAccepted(failed(leak, hang), 'a/b', [FLAW], NOW).verdict).toEqual(failed(hang));
    expect(withoutAccepted(failed(hang, leak), 'a/b', [FLAW], NOW)).toMatchObject({ verdict: failed(hang), accepted: [{ finding: leak }] });
  });

  test.each([
    ['the day after its last one', { ...FLAW, until: '2026-12-30' }],
    ['another oracle', { ...FLAW, oracle: 'hang' }],
    ['another text', { ...FLAW, contains: 'pipes' }],
    ['another scenario', { ...FLAW, scenario: 'a' }],
  ])('is the same for %s', (_what, flaw) => {
    const verdict = failed(leak);
    expect(withoutAccepted(verdict, 'a/b', [flaw], NOW)).toEqual({ verdict, accepted: [] });
  });

  test('stays unknown: nothing is known then', () => {
    const starved = unknown('leak', 'starved', 'busy');
    expect(withoutAccepted({ ...starved, findings: [leak] } as Verdict, 'a/b', [FLAW], NOW).accepted).toEqual([]);
    expect(withoutAccepted(failOrPass('leak', []), 'a/b', [FLAW], NOW).verdict).toEqual(pass('leak'));
  });
});

test('the last day counts whole, in UTC', () => {
  expect([isExpired(FLAW, NOW), isExpired(FLAW, new Date('2027-01-01T00:00:00Z'))]).toEqual([false, true]);
});

test('what a scenario accepts must say why and until when', () => {
  expect(acceptProblem([FLAW])).toBeUndefined();
  expect(acceptProblem([{ ...FLAW, until: 'Christmas' }])).toBe('accept 0.until: write a day such as 2026-12-31');
  expect(acceptProblem([{ ...FLAW, reason: ' ' }])).toBe('accept 0.reason: it is empty');
  expect(acceptProblem([{ ...FLAW, scenario: 'a/b' }])).toContain('scenario');
});
