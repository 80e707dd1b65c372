// The reference is made of the code. What the code says and a page does not is red.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FILE_FAULTS } from '../model/faults/file/table.ts';
import { LINK_FAULT_KINDS } from '../model/faults/link/table.ts';
import { NODE_FAULTS } from '../model/faults/node/table.ts';
import { packedPages, renderLlms } from './llms.ts';
import { MARKERS, VARIABLES } from './environment.ts';
import { DOORS, exportedBy, PAGES, renderReference } from './pages.ts';

const HARNESS = join(import.meta.dirname, '..');
const page = (name: string): string => join(HARNESS, '../docs/reference', `${name}.md`);

test.each(Object.keys(PAGES))('docs/reference/%s.md is what is generated; npm run reference writes it anew', async (name) => {
  await expect(renderReference(name)).toMatchFileSnapshot(page(name));
});

test.each(Object.keys(DOORS) as (keyof typeof DOORS)[])('every word that %s exports stands in the reference', (door) => {
  const text = Object.keys(PAGES).map(renderReference).join('\n');
  const words = exportedBy(door).map(({ name }) => name);
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((word) => !new RegExp(`^#+ ${word}$`, 'm').test(text))).toEqual([]);
});

test('docs/llms.txt is what is generated: each page of the package with a sentence, and the reference in short', async () => {
  const text = renderLlms();
  await expect(text).toMatchFileSnapshot(join(HARNESS, '../docs/llms.txt'));
  expect(packedPages().filter((each) => !new RegExp(`\\]\\(${each}\\): \\S.{15,}`).test(text))).toEqual([]);
  const kinds = [...LINK_FAULT_KINDS, ...Object.keys(NODE_FAULTS), ...Object.keys(FILE_FAULTS)];
  expect(kinds.filter((kind) => !text.includes(`\n- ${kind}`))).toEqual([]);
  expect(text.length).toBeLessThan(50_000);
});

/** Whoever writes a scenario or an adapter reads these. */
const WRITTEN = [
  'ScenarioSettings',
  'System',
  'StateView',
  'SideProbe',
  'Script',
  'CyclesOptions',
  'Topology',
  'Node',
  'Link',
  'Where',
  'WhereNode',
  'WhereFile',
];

test.each(WRITTEN)('every field of %s has its meaning', (name) => {
  const text = ['scenario', 'script', 'topology', 'steps'].map(renderReference).join('\n');
  const rows = (new RegExp(`^## ${name}$[^]*?(?=^## |$(?![^]))`, 'm').exec(text)?.[0] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(2);
  expect(rows.filter((line) => /\| *\|$/.test(line))).toEqual([]);
});

describe('environment variables', () => {
  const OWN = globSync('**/*.{ts,mjs}', {
    cwd: HARNESS,
    exclude: [
      '**/node_modules/**',
      'dist/**',
      '**/testing/**',
      '**/*.{test,double,contract}.ts',
      'bench/**',
      'selftest/**',
      'check.ts',
      'reference/**',
    ],
  });

  test('every one that a source reads is on the page', () => {
    const read = OWN.flatMap((file) =>
      [...readFileSync(join(HARNESS, file), 'utf8').matchAll(/\benv(?:\.|\[')([A-Z][A-Z_]+)/g)].map(([, name]) => name ?? ''),
    );
    expect(read.length).toBeGreaterThan(10);
    const told = new Set([...Object.keys(VARIABLES), ...Object.keys(MARKERS)]);
    expect([...new Set(read)].filter((name) => !told.has(name))).toEqual([]);
  });

  test('every one on the page stands in a source, or is Node’s own', () => {
    const text = OWN.map((file) => readFileSync(join(HARNESS, file), 'utf8')).join('\n');
    expect(Object.keys({ ...VARIABLES, ...MARKERS }).filter((name) => !text.includes(name))).toEqual([]);
  });
});
