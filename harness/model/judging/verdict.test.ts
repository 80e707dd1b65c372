import { expect, test } from 'vitest';
import { combine, failOrPass, pass, unknown, type Verdict } from './verdict.ts';

const finding = (message: string) => ({ message, events: [1] });
const fail = (oracle: string, ...messages: string[]): Verdict => failOrPass(oracle, messages.map(finding));

test('nothing asked is a pass, and so is nothing found', () => {
  expect(combine([])).toEqual(pass('all'));
  expect(combine([pass('hang'), pass('leak')])).toEqual(pass('all'));
  expect(failOrPass('hang', [])).toEqual(pass('hang'));
});

test('fail outranks unknown, and unknown outranks pass, in whatever order they come', () => {
  const verdicts = [pass('a'), unknown('b', 'vacuous', 'it never fired'), fail('c', 'it hung')];
  expect(combine(verdicts).outcome).toBe('fail');
  expect(combine(verdicts.toReversed()).outcome).toBe('fail');
  expect(combine(verdicts.slice(0, 2))).toEqual(unknown('b', 'vacuous', 'it never fired'));
  expect(combine(verdicts.slice(0, 2).toReversed()).outcome).toBe('unknown');
});

test('the first of the worst gives the headline, and the findings of every failing oracle stay, each once', () => {
  const combined = combine([pass('a'), fail('crash', 'exit 1', 'exit 2'), unknown('x', 'starved', 'slow'), fail('hang', 'no answer')]);
  expect(combined).toEqual({
    outcome: 'fail',
    oracle: 'crash',
    findings: [
      { oracle: 'crash', message: 'exit 1', events: [1] },
      { oracle: 'crash', message: 'exit 2', events: [1] },
      { oracle: 'hang', message: 'no answer', events: [1] },
    ],
  });
});

test('the first of several unknowns gives the reason', () => {
  expect(combine([unknown('a', 'starved', 'slow'), unknown('b', 'vacuous', 'missed')])).toMatchObject({ oracle: 'a', reason: 'starved' });
});

test('what is to be told beside any verdict is kept, and decides nothing', () => {
  const rising = { oracle: 'leak', message: 'it grew', events: [1], beside: true } as const;
  const cutShort: Verdict = { outcome: 'unknown', oracle: 'leak', reason: 'checker-budget', detail: 'too few', findings: [rising] };
  const messages = (verdict: Verdict) => (verdict.outcome === 'pass' ? [] : verdict.findings.map(({ message }) => message));
  const failed = combine([cutShort, fail('hang', 'it hung')]);
  expect(failed).toMatchObject({ outcome: 'fail', oracle: 'hang' });
  expect(messages(failed)).toEqual(['it hung', 'it grew']);
  const starved = combine([unknown('hang', 'starved', 'slow'), cutShort]);
  expect(starved).toMatchObject({ outcome: 'unknown', oracle: 'hang', reason: 'starved' });
  expect(messages(starved)).toEqual(['it grew']);
  expect(combine([cutShort])).toEqual(cutShort);
});
