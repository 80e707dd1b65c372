import { expect, test } from 'vitest';
import { areTwoBugs, isOneBug } from './one-bug.ts';

const crash = (error: string, ...places: string[]) => ({
  oracle: 'crash',
  fingerprint: error,
  message: [
    `'relay-1' ended with code 1 without being asked: ${error}`,
    ...places.map((place) => `  |     at take (file:///srv/${place}:3)`),
  ].join('\n'),
});

test('the same error of the same place by the same way is one bug, whatever line of text it repeats', () => {
  const one = crash('Error: bad line: hello', 'relay.mjs:5', 'main.mjs:9');
  expect(isOneBug(one, crash('Error: bad line: Grüße', 'relay.mjs:5', 'main.mjs:9'))).toBe(true);
  expect(isOneBug(one, { ...one, message: one.message.replace('relay-1', 'relay-2'), fingerprint: 'x' })).toBe(true);
});

test('another place, another way there, another kind of error, another node or another oracle is another bug', () => {
  const one = crash('Error: bad line: hello', 'relay.mjs:5', 'main.mjs:9');
  const others = [
    crash('Error: bad line: Grüße', 'relay.mjs:6', 'main.mjs:9'),
    crash('Error: bad line: Grüße', 'relay.mjs:5', 'main.mjs:12'),
    crash('TypeError: bad line: Grüße', 'relay.mjs:5', 'main.mjs:9'),
    { ...one, fingerprint: 'x', message: one.message.replace('relay-1', 'store') },
    { ...one, fingerprint: 'x', oracle: 'script' },
    { ...one, fingerprint: 'x', message: one.message.split('\n')[0] as string },
  ];
  expect(others.map((other) => isOneBug(one, other))).toEqual(others.map(() => false));
});

test('what was thrown elsewhere is surely another bug; by another way to the same place it may be the same', () => {
  const one = crash('Error: bad line: hello', 'relay.mjs:5', 'main.mjs:9');
  expect(areTwoBugs(one, crash('Error: bad line: x', 'relay.mjs:6', 'main.mjs:9'))).toBe(true);
  expect(areTwoBugs(one, crash('Error: bad line: x', 'relay.mjs:5', 'main.mjs:12'))).toBe(false);
  expect(areTwoBugs(one, { ...one, fingerprint: 'x', message: "'relay-1' ended with code 1" })).toBe(false);
});

test('without a place only the fingerprint says so', () => {
  const hang = { oracle: 'hang', fingerprint: 'a', message: "'x' did not happen" };
  expect(isOneBug(hang, { ...hang, message: 'other words' })).toBe(true);
  expect(isOneBug(hang, { ...hang, fingerprint: 'b' })).toBe(false);
});

test('of a trace of Python the innermost places of its own files count', () => {
  const python = (error: string, line: number) => ({
    oracle: 'crash',
    fingerprint: error,
    message: [
      `'server' ended with code 1 without being asked: ${error}`,
      `  |   File "/srv/app/main.py", line ${line}, in run`,
      '  |   File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode',
    ].join('\n'),
  });
  expect(isOneBug(python('ValueError: a', 4), python('ValueError: b', 4))).toBe(true);
  expect(isOneBug(python('ValueError: a', 4), python('ValueError: b', 5))).toBe(false);
});
