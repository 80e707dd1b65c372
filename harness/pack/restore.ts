// `postpack`: the folder is as git knows it again. Also the first thing that `prepack` does, for a pack that was killed.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MADE, PACKAGE_ROOT } from './manifest.ts';

export function restore(root: string): void {
  const source = join(root, MADE.source);
  if (existsSync(source)) renameSync(source, join(root, 'package.json'));
  for (const made of [MADE.compiled, MADE.licence]) rmSync(join(root, made), { recursive: true, force: true });
}

if (import.meta.main) restore(PACKAGE_ROOT);
