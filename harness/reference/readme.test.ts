// Whoever has only the package sees its README first: it names every command and every pack, and so does --help.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../cli/program.ts';
import { DOCS, PACKAGE_ROOT } from '../pack/manifest.ts';
import { readmeOfPackage } from '../pack/links.ts';
import { PACKS } from '../packs/index.ts';

const README = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');
const NAMES = commands(() => {}).commands.map((command) => command.name());
const WANTED = [
  ...NAMES.filter((name) => name !== 'check').map((name) => `tornwire ${name}`),
  ...Object.keys(PACKS).map((pack) => `tornwire check ${pack}`),
  '--http 3000/mcp',
];

test.each([
  ['the package', README],
  ['the repository', readFileSync(join(PACKAGE_ROOT, '../README.md'), 'utf8')],
])('the README of %s has a row for each command and each pack, and each row is one line', (_, text) => {
  const rows = text.split('\n').filter((line) => line.startsWith('| `npx tornwire '));
  expect(WANTED.filter((wanted) => !rows.some((row) => new RegExp(`${wanted}(?![\\w-])`).test(row)))).toEqual([]);
  expect(rows.filter((row) => row.length > 200)).toEqual([]);
});

test('--help names them too, and where the pages are', () => {
  let help = '';
  const program = commands(() => {}).configureOutput({ writeOut: (text) => (help += text) });
  program.outputHelp();
  const listed = NAMES.map((name) => `  ${name}`);
  for (const wanted of [...listed, ...WANTED.filter((each) => !NAMES.some((name) => each === `tornwire ${name}`))])
    expect(help).toContain(wanted);
  expect(help).toMatch(/Documentation, by question: \S*docs\/README\.md$/m);
});

test('each link of the README leads to a page, in the repository and in the package', () => {
  const targets = [...README.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(10);
  expect(targets.filter((target) => !existsSync(join(PACKAGE_ROOT, target)))).toEqual([]);
  const inPackage = [...readmeOfPackage(README).matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => target);
  expect(inPackage.filter((target) => !DOCS.some((part) => target === `docs/${part}` || target.startsWith(`docs/${part}/`)))).toEqual([]);
});
