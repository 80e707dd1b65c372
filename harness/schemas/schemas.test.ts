import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMA_NAMES, schemaText } from './schemas.ts';

test.each(SCHEMA_NAMES)('schemas/%s.json is what reads such a file; vitest run -u writes it anew', async (name) => {
  await expect(schemaText(name)).toMatchFileSnapshot(join(import.meta.dirname, `${name}.json`));
});

test('an editor is told of each key of a policy, and of one that there is not', () => {
  const { properties, additionalProperties } = JSON.parse(schemaText('policy')) as {
    properties: Record<string, { description?: string }>;
    additionalProperties: boolean;
  };
  expect(Object.keys(properties)).toEqual(['$schema', 'version', 'budget', 'runtimes', 'tags', 'clean', 'defects']);
  expect(properties['budget']?.description).toMatch(/No case begins after it/);
  expect(additionalProperties).toBe(false);
});
