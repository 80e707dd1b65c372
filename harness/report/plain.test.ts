import { expect, test } from 'vitest';
import { bounded, oneLine, plain } from './plain.ts';

test('a line of 200,193 bytes is cut, and says how much is missing', () => {
  const printed = bounded('x'.repeat(200_193));
  expect(printed).toBe(`${'x'.repeat(400)}… (199793 more characters)`);
});

test('a text of 1,000 lines is cut after the first ones, and says how many are missing', () => {
  const printed = bounded(Array.from({ length: 1_000 }, (_, i) => `line ${i}`).join('\n')).split('\n');
  expect(printed).toHaveLength(17);
  expect([printed[0], printed.at(-1)]).toEqual(['line 0', '… 984 more line(s)']);
});

test('a short text is printed as it is', () => {
  expect(bounded('first\n\tsecond, \u00e9 \u{1f600}')).toBe('first\n\tsecond, \u00e9 \u{1f600}');
});

test('no character is cut in half', () => {
  expect(bounded('\u{1f600}\u{1f600}', 1, 3)).toBe('\u{1f600}… (2 more characters)');
});

test('what must be one line is one line', () => {
  expect(oneLine('first \n  second\r\nthird')).toBe('first second\uFFFD third');
});

test('marks that turn the direction of writing are shown as what they are', () => {
  expect(plain('npx tornwire \u202erepro\u2066')).toBe('npx tornwire \uFFFDrepro\uFFFD');
});
