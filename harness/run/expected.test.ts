// A variant that must fail, held against verdicts that were written by hand.
import { expect, test } from 'vitest';
import { ALWAYS_ON } from '../oracles/table.ts';
import { failOrPass, pass, unknown, type Verdict } from '../model/judging/verdict.ts';
import { asExpected, checkExpected } from './expected.ts';

const leak = { oracle: 'leak', message: 'sockets grow', events: [1] };
const hang = { oracle: 'hang', message: 'no answer', events: [2] };
const both: Verdict = { outcome: 'fail', oracle: 'hang', findings: [hang, leak] };
const starved = unknown('leak', 'starved', 'busy');

test('it passes when its oracle fails, and says by what', () => {
  expect(asExpected(both, 'leak')).toEqual(
    pass('all', ['what it failed by as well: hang: no answer', 'what it must fail by: leak: sockets grow']),
  );
});

test('it fails when its oracle finds nothing, whatever the others find', () => {
  const missing = {
    oracle: 'expected',
    code: 'TW-EXPECTED',
    message: "the scenario must fail by 'leak', and that oracle found nothing",
    events: [],
  };
  expect(asExpected(pass('all'), 'leak')).toEqual({ outcome: 'fail', oracle: 'expected', findings: [missing] });
  expect(asExpected(failOrPass('hang', [hang]), 'leak')).toEqual({ outcome: 'fail', oracle: 'expected', findings: [missing, hang] });
});

test('what is not known stays unknown, and without an expectation nothing changes', () => {
  expect(asExpected(starved, 'leak')).toBe(starved);
  expect(asExpected(both, undefined)).toBe(both);
});

test('an oracle that nobody has is a mistake that names those there are', () => {
  expect(() => checkExpected('leek', ALWAYS_ON)).toThrow(/expects the oracle 'leek' to fail, and there are harness, crash, .*leak/);
  expect(() => checkExpected('leak', ALWAYS_ON)).not.toThrow();
});
