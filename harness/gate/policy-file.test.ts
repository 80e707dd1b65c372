import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPolicy } from '../model/policy.ts';
import { readPolicy } from './policy-file.ts';

let file: string;
beforeAll(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'tw-policy-')), 'gate.yaml');
});
afterAll(() => rm(join(file, '..'), { recursive: true, force: true }));

test.each([
  ['an empty file', ''],
  ['comments alone', '# nothing yet\n'],
  ['an end of the document', '---\n'],
  ['an empty map', '{}\n'],
  ['the version alone', 'version: 1\n'],
])('%s is the built-in policy', async (_what, text) => {
  expect(await policyOf(text)).toEqual(defaultPolicy());
});

test('keys that are left out have the values of the built-in policy', async () => {
  expect(await policyOf('clean:\n  repeats: 7\n')).toEqual({ ...defaultPolicy(), clean: { ...defaultPolicy().clean, repeats: 7 } });
});

test.each([
  ['an alias', 'clean: &c\n  repeats: 3\ndefects: *c\n', ':3: the alias *c is not read here: write the value itself'],
  ['an alias of nothing', 'budget: *nothing\n', ':1: '],
  ['aliases that multiply', 'a: &a [x, x]\nb: &b [*a, *a]\ntags: [*b, *b]\n', ':2: the alias *a'],
  ['a merge key', 'clean: &c\n  repeats: 3\ndefects:\n  <<: *c\n', ':4: the alias *c'],
  ['an alias as a key', 'a: &a b\n*a : 1\n', ':2: the alias *a'],
  ['a key with a line end in it', '"clean\\nup": 1\n', ':1: clean up: '],
  ['a later version', 'version: 2\n', ':1: version: '],
  ['two documents', 'version: 1\n---\nversion: 1\n', ':2: '],
  ['a text', 'nonsense\n', ':1: the top level: '],
])('%s is refused in one line that names the place', async (_what, text, line) => {
  const refused = await policyOf(text).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(refused?.constructor.name).toBe('SettingsError');
  expect(refused?.message).toContain(`${file}${line}`);
  expect(refused?.message.split('\n')).toHaveLength(1);
});

async function policyOf(text: string): Promise<unknown> {
  await writeFile(file, text);
  return readPolicy(file);
}
