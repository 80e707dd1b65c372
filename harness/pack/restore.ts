// `postpack`: the folder is again as git knows it. `prepack` does this first too, in case an earlier pack was killed.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MADE, PACKAGE_ROOT } from './manifest.ts';

export function restore(root: string): void {
  const source = join(root, MADE.source);
  if (existsSync(source)) renameSync(source, join(root, 'package.json'));
  const readme = join(root, MADE.readme);
  if (existsSync(readme)) renameSync(readme, join(root, 'README.md'));
  for (const made of [MADE.compiled, MADE.docs, MADE.docker, MADE.licence]) rmSync(join(root, made), { recursive: true, force: true });
}

if (import.meta.main) restore(PACKAGE_ROOT);
