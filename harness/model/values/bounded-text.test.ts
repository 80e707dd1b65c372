import { expect, test } from 'vitest';
import { boundedLine, boundedText } from './bounded-text.ts';

test('a line that is too long keeps its two ends and tells its length', () => {
  const line = `begin ${'x'.repeat(200_181)} end`;
  const bounded = boundedLine(line);
  expect(bounded.length).toBeLessThanOrEqual(1_000);
  expect(bounded).toMatch(/^begin x+ \[… 200,191 characters in all …\] x+ end$/);
  expect(boundedLine('short')).toBe('short');
});

test('a pair of surrogates is not torn', () => {
  expect(boundedLine('😀'.repeat(20_001)).isWellFormed()).toBe(true);
});

test('a text of many lines keeps the first and the last', () => {
  const text = Array.from({ length: 1_000 }, (_, n) => `line ${n}`).join('\n');
  const lines = boundedText(text).split('\n');
  expect(lines).toHaveLength(121);
  expect([lines[0], lines[80], lines[120]]).toEqual(['line 0', '[… 880 lines …]', 'line 999']);
});

test('a text of long lines is bounded as a whole', () => {
  const text = Array.from({ length: 100 }, () => 'y'.repeat(5_000)).join('\n');
  expect(boundedText(text).length).toBeLessThanOrEqual(20_000);
});
