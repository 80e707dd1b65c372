// A reader of the package follows a link of a page and is somewhere.
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { deadLinks, mendLinks } from './links.ts';
import { DOCS, PACKAGE_ROOT } from './manifest.ts';

const DOCS_HERE = join(PACKAGE_ROOT, '../docs');

test('pages of the package link to nothing that it has not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of DOCS) cpSync(join(DOCS_HERE, part), join(folder, part), { recursive: true });
  expect(deadLinks(folder)).toContain('how-to/your-own-system.md: ../../scenarios/replication');
  mendLinks(folder);
  expect(deadLinks(folder)).toEqual([]);
  const page = readFileSync(join(folder, 'how-to/your-own-system.md'), 'utf8');
  expect(page).toContain('`scenarios/replication` has three against Redis');
  expect(page).toContain('[rest](../explanation/verdicts.md#rest)');
});

test('the index of the package has no row that leads nowhere', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tw-docs-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of DOCS) cpSync(join(DOCS_HERE, part), join(folder, part), { recursive: true });
  const rows = (): string[] =>
    readFileSync(join(folder, 'README.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| '));
  const all = rows().length;
  mendLinks(folder);
  const [, ...left] = rows();
  expect(left.filter((row) => !/\]\(|^\|---/.test(row))).toEqual([]);
  expect([
    left.length > 40,
    left.length < all,
    left.some((row) => row.includes('what the sweeps find') || row.includes('CONTRIBUTING')),
  ]).toEqual([true, true, false]);
});

test('pages of the repository link to what is there', () => {
  const within = deadLinks(DOCS_HERE).filter((dead) => !/: \.\.\//.test(dead));
  expect(within).toEqual([]);
});
