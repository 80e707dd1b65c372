// A signature of the package that names a type which nobody can import is a signature that nobody can write down.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keptTypes } from './testing/exported-types.ts';
import { PACKAGE_ROOT } from './manifest.ts';

/** Types that only compute other types: what they give is exported, and nobody has a value of them. */
const COMPUTES = [
  'model/faults/file/table.ts: Entry',
  'model/faults/file/table.ts: Table',
  'model/faults/link/table.ts: Table',
  'model/faults/node/table.ts: Entry',
  'model/faults/node/table.ts: Table',
  'model/faults/steps.ts: Slices',
  'model/faults/steps.ts: Without',
  'model/faults/steps.ts: WithoutKind',
  'model/values/one-of.ts: AtMostOneOf',
];

test('every type that a signature of the package leads to can be imported from it', () => {
  const entries = ['index.ts', 'vitest/index.ts', 'clients/index.ts', 'packs/index.ts'].map((entry) => join(PACKAGE_ROOT, entry));
  expect(keptTypes(entries, PACKAGE_ROOT)).toEqual(COMPUTES);
});

test('a type is found wherever a signature may name it, and not in a body, a private member or a type parameter', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tw-types-'));
  try {
    await writeFile(
      join(folder, 'index.ts'),
      `import type { Far as Near } from './far.ts';
export type { Shown } from './far.ts';
interface Base {}
interface Given {}
interface Inner {}
interface Hidden {}
export interface Extends<Own> extends Base { own: Own; mapped: { [Key in 'a']: Key } }
export const give = (given: Given): Near => { const inner: Inner = {}; return inner; };
export class Holder { private hidden: Hidden = {}; #hidden: Hidden = {}; }
export const set = 3 as unknown as Inner;
`,
    );
    await writeFile(join(folder, 'far.ts'), 'interface Deep {}\nexport type Far = Deep[];\nexport type Shown = Far;\n');
    expect(keptTypes([join(folder, 'index.ts')], folder)).toEqual(['far.ts: Deep', 'far.ts: Far', 'index.ts: Base', 'index.ts: Given']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
