// `prepack`: compiles what the entries and programs of the package import, and writes the package.json that names it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AS_THEY_ARE, declarationsOf, DOCS, MADE, PACKAGE_ROOT, published, type Manifest } from './manifest.ts';
import { mendLinks, readmeOfPackage } from './links.ts';
import { restore } from './restore.ts';
import { mapLinesOnly, removeUnusedDeclarations } from './smaller.ts';

export function prepare(root: string): void {
  restore(root);
  const source = readFileSync(join(root, 'package.json'), 'utf8');
  const manifest = published(JSON.parse(source) as Manifest);
  compile(root);
  removeUnusedDeclarations(join(root, MADE.compiled), declarationsOf(manifest));
  mapLinesOnly(join(root, MADE.compiled));
  for (const folder of AS_THEY_ARE) cpSync(join(root, folder), join(root, MADE.compiled, folder), { recursive: true });
  for (const part of DOCS) cpSync(join(root, '..', 'docs', part), join(root, MADE.docs, part), { recursive: true });
  mendLinks(join(root, MADE.docs));
  cpSync(join(root, '..', MADE.docker), join(root, MADE.docker), { recursive: true });
  copyFileSync(join(root, '..', MADE.licence), join(root, MADE.licence));
  writeFileSync(join(root, MADE.source), source);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  writeFileSync(join(root, MADE.readme), readme);
  writeFileSync(join(root, 'README.md'), readmeOfPackage(readme));
  // Last, so that until here the repository's own programs have seen nothing.
  writeFileSync(join(root, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Comments stay in the declarations alone, where an editor shows them. npm has put the compiler on PATH.
 * @throws Error when it does not compile: npm then packs nothing.
 */
function compile(root: string): void {
  const project = ['--project', join(root, 'tsconfig.package.json')];
  const tsc = (...words: string[]): ReturnType<typeof spawnSync> => spawnSync('tsc', [...project, ...words], { stdio: 'inherit' });
  const declared = tsc('--emitDeclarationOnly', '--sourceMap', 'false');
  const { status, error } = declared.status === 0 ? tsc('--declaration', 'false', '--removeComments') : declared;
  if (status === 0) return;
  restore(root);
  throw new Error(
    `the package was not built: tsc ${error?.message ?? `ended with code ${status}`}; run npm pack in harness/, after npm ci`,
  );
}

if (import.meta.main) prepare(PACKAGE_ROOT);
