import { expect, test } from 'vitest';
import { hasWildcard, parseFilePath } from './file-path.ts';

test.each([
  ['{state}/rooms/*.jsonl', { base: { at: 'state' }, pattern: 'rooms/*.jsonl' }],
  ['{state}', { base: { at: 'state' }, pattern: '' }],
  ['{tmp}/', { base: { at: 'tmp' }, pattern: '' }],
  ['{listen.control.path}', { base: { at: 'listener', listener: 'control' }, pattern: '' }],
  ['{listen.a.b.path}/x', { base: { at: 'listener', listener: 'a.b' }, pattern: 'x' }],
])('%s begins at its place', (path, parsed) => {
  expect(parseFilePath(path)).toEqual(parsed);
});

test.each(['/etc/passwd', 'state/x', '{home}/x', '{listen.path}', '{listen.control.port}', '{state}x', ' {state}'])(
  '%s begins at no place of a node',
  (path) => {
    expect(parseFilePath(path)).toBeUndefined();
  },
);

test.each([
  ['rooms/lobby.jsonl', false],
  ['rooms/*.jsonl', true],
  ['rooms/?', true],
  ['[a-z]', true],
  ['{a,b}', true],
])('%s: may match several names: %s', (pattern, wild) => {
  expect(hasWildcard(pattern)).toBe(wild);
});
