// Scenarios are ES modules. If a package.json says otherwise, as `npm init -y` writes it, Node refuses each of them with a
// warning and a stack of its own. This file says it once instead, with the command that mends it.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { UsageError } from '../base/usage-error.ts';

/** @throws UsageError when the package.json that rules `folder` calls its files CommonJS. */
export function checkModuleType(folder: string): void {
  const file = nearestPackageJson(folder);
  if (file === undefined) return;
  const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: string };
  if (type === 'commonjs')
    throw new UsageError(
      `${relative(process.cwd(), file) || file} says "type": "commonjs", and scenarios are ES modules: run npm pkg set type=module`,
    );
}

function nearestPackageJson(folder: string): string | undefined {
  const here = join(folder, 'package.json');
  if (existsSync(here)) return here;
  return folder === dirname(folder) ? undefined : nearestPackageJson(dirname(folder));
}
