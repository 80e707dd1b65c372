import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { mapLinesOnly, removeUnusedDeclarations } from './smaller.ts';

function folderWith(files: Readonly<Record<string, string>>): { folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), 'tw-smaller-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

test('declarations that no door names go; those that one names, however far away, stay', () => {
  using made = folderWith({
    'index.d.ts': "export * from './model/case.ts';\n",
    'model/case.d.ts': "import type { Seed } from '../values/seed.ts';\nexport declare const seed: import('./deep.ts').Deep | Seed;\n",
    'model/deep.d.ts': 'export type Deep = 1;\n',
    'values/seed.d.ts': 'export type Seed = 2;\n',
    'inner.d.ts': 'export {};\n',
  });
  removeUnusedDeclarations(made.folder, ['index.d.ts']);
  const left = readdirSync(made.folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.d.ts'));
  expect(left.toSorted()).toEqual(['index.d.ts', 'model/case.d.ts', 'model/deep.d.ts', 'values/seed.d.ts']);
});

test('a stack still finds the line of the source', () => {
  // Line 1 comes from line 3, and line 2, word by word, from line 7.
  using made = folderWith({
    'a.js.map': JSON.stringify({ version: 3, sources: ['a.ts'], names: [], mappings: 'AAEA;AAIA,IAAI,IAAI' }),
  });
  mapLinesOnly(made.folder);
  const map = JSON.parse(readFileSync(join(made.folder, 'a.js.map'), 'utf8')) as ConstructorParameters<typeof SourceMap>[0];
  expect(map.mappings).toBe('AAEA;AAIA');
  expect([new SourceMap(map).findEntry(0, 9), new SourceMap(map).findEntry(1, 9)]).toMatchObject([
    { originalLine: 2 },
    { originalLine: 6 },
  ]);
});
