import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { failOrPass, pass, unknown } from '../model/judging/verdict.ts';
import { rowDouble, summaryDouble } from '../results/case-result.double.ts';
import type { CaseRow, Summary } from '../results/summary.ts';
import { type caseRowSchema, summarySchema } from './summary-schema.ts';
import { SCHEMA_NAMES, schemaText } from './schemas.ts';

test.each(SCHEMA_NAMES)('schemas/%s.json is what reads such a file; vitest run -u writes it anew', async (name) => {
  await expect(schemaText(name)).toMatchFileSnapshot(join(import.meta.dirname, `${name}.json`));
});

test('an editor is told of each key of a policy, and of one that there is not', () => {
  const { properties, additionalProperties } = JSON.parse(schemaText('policy')) as {
    properties: Record<string, { description?: string }>;
    additionalProperties: boolean;
  };
  expect(Object.keys(properties)).toEqual(['$schema', 'version', 'budget', 'runtimes', 'tags', 'clean', 'defects', 'sweep']);
  expect(properties['budget']?.description).toMatch(/No case begins after it/);
  expect(additionalProperties).toBe(false);
});

/** A loose object has any key: these are the ones that are named. */
type Named<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

test('the schema of the summary names each field that a summary has, and reads one', () => {
  expectTypeOf<Named<z.infer<typeof summarySchema>>>().toEqualTypeOf<keyof Summary>();
  expectTypeOf<Named<z.infer<typeof caseRowSchema>>>().toEqualTypeOf<keyof CaseRow>();
  const failed = failOrPass('leak', [{ code: 'TW-LEAK-FILE', message: 'a file is left', subject: 'server', events: [1] }]);
  const rows = [
    rowDouble(pass('all', ['a rest'])),
    rowDouble(failed),
    rowDouble(unknown('hang', 'starved', 'busy'), { isolation: { way: 'box' } }),
  ];
  expect(summarySchema.parse(JSON.parse(JSON.stringify(summaryDouble(rows))))).toMatchObject({ version: 1 });
  expect(summarySchema.safeParse({ ...summaryDouble(rows), finished: 'yes' }).success).toBe(false);
});
