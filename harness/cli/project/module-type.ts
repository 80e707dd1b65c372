// Scenarios are ES modules. If a package.json calls them CommonJS, as `npm init -y` writes it, Node refuses each of them with a
// warning and a stack of its own. This file says it once instead, with the commands that mend it. A file that ends in .mts
// or .mjs is an ES module in any project, and one that is written as CommonJS is what its package.json says.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { UsageError } from '../base/usage-error.ts';

/** @throws UsageError when one of the files is an ES module and the package.json that rules it calls it CommonJS. */
export function checkModuleType(files: readonly string[]): void {
  for (const file of files.filter((each) => /\.[jt]s$/.test(each))) {
    const manifest = nearestPackageJson(dirname(file));
    if (manifest === undefined || !isCommonJs(manifest) || !saysImportOrExport(file)) continue;
    const here = (path: string): string => relative(process.cwd(), path) || path;
    throw new UsageError(
      `${here(manifest)} says "type": "commonjs", and ${here(file)} is an ES module: run npm pkg set type=module, ` +
        `or let it and what it imports end in ${file.endsWith('.ts') ? '.mts' : '.mjs'}`,
    );
  }
}

function isCommonJs(manifest: string): boolean {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { type?: string }).type === 'commonjs';
}

function saysImportOrExport(file: string): boolean {
  return /^(import|export)\b(?!\s*\()/m.test(readFileSync(file, 'utf8'));
}

function nearestPackageJson(folder: string): string | undefined {
  const here = join(folder, 'package.json');
  if (existsSync(here)) return here;
  return folder === dirname(folder) ? undefined : nearestPackageJson(dirname(folder));
}
