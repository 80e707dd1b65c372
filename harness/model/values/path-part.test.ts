import { expect, test } from 'vitest';
import { isPathPart, pathPartOf } from './path-part.ts';

test.each(['W1', 'desktop.sock', 'a_b-c.d', '1a'])("'%s' may be a part of a path", (name) => {
  expect(isPathPart(name)).toBe(true);
});

test.each(['', '.', '..', '.hidden', '-rf', 'x/../../y', '/etc', 'a\\b', 'a b', 'a\0b', 'a\nb', 'line\n', 'x'.repeat(101), '\u202eW1'])(
  '%j may be no part of a path',
  (name) => {
    expect(isPathPart(name)).toBe(false);
  },
);

test.each([
  ['links/cut', 'links-cut'],
  ['x/../../../y', 'x-..-..-..-y'],
  ['..', 'unnamed'],
  ['a\0\nb c', 'a-b-c'],
  ['x'.repeat(300), 'x'.repeat(120)],
])('%j is called %j in a path', (text, part) => {
  expect(pathPartOf(text)).toBe(part);
});
