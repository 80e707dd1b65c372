import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CODES, explain } from './explain.ts';
import { skippedCode, unknownCode } from './unknowns.ts';

const HARNESS = join(import.meta.dirname, '../..');
const DOCS = join(HARNESS, '../docs');

test.each(CODES)('%s says in whole sentences what it means, what causes it and how to look closer, and its page is there', (code) => {
  expect(code).toMatch(/^TW(-[A-Z]+)+$/);
  const { means = '', causes = [], closer = [], page = '' } = explain(code) ?? {};
  expect(
    [means, ...causes, ...closer].filter((sentence) => !/^[A-Z"`'a-z].*[.!:"]$|`$|server\.js$|policy\.json\.$/.test(sentence)),
  ).toEqual([]);
  expect(causes.length).toBeGreaterThan(0);
  expect(closer.length).toBeGreaterThan(0);
  expect(existsSync(join(DOCS, page))).toBe(true);
});

/** The types hold findings, reasons and rows of the machine to their tables. This finds whatever goes round them. */
test('every code that stands in a source has its explanation', () => {
  const sources = globSync('**/*.ts', { cwd: HARNESS, exclude: ['node_modules/**', 'dist/**', '**/*.test.ts'] });
  const named = sources.flatMap((file) => readFileSync(join(HARNESS, file), 'utf8').match(/(?<=')TW(?:-[A-Z]+)+(?=')/g) ?? []);
  expect(named.length).toBeGreaterThan(40);
  expect([...new Set(named)].filter((code) => explain(code) === undefined)).toEqual([]);
});

test('a code is found as it is printed, in small letters, and without what all have', () => {
  for (const asked of ['[TW-LEAK-PROCESS]', 'tw-leak-process', 'leak-process']) expect(explain(asked)?.code).toBe('TW-LEAK-PROCESS');
  expect(explain('leak')).toBeUndefined();
  expect(explain('toString')).toBeUndefined();
});

test('reasons have codes', () => {
  expect(unknownCode('checker-budget')).toBe('TW-UNKNOWN-CHECKER-BUDGET');
  expect([skippedCode({ byDesign: true }), skippedCode({})]).toEqual(['TW-SKIPPED-BY-DESIGN', 'TW-SKIPPED-MISSING']);
});
