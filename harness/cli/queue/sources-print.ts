// Do two machines play the same? A print of what decides a case: this version of Tornwire, the workload, and the files that play it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { sourcesOf } from '../archive/sources.ts';
import { VERSION } from '../base/version.ts';

/** Of the packages that the system's programs load. */
const LOCKS = ['package-lock.json', 'npm-shrinkwrap.json', 'pnpm-lock.yaml', 'yarn.lock', 'uv.lock', 'Cargo.lock', 'go.sum'];

/** Sixteen hexadecimal digits. Where the project lies plays no part. */
export function sourcesPrint(workload: DescribedScenario, root: string): string {
  const locks = LOCKS.map((name) => join(root, name)).filter((file) => existsSync(file));
  const hash = createHash('sha256').update(JSON.stringify([VERSION, workload.name, relative(root, workload.file)]));
  for (const file of sourcesOf(workload, root, locks).files)
    hash.update(JSON.stringify([relative(root, file), createHash('sha256').update(readFileSync(file)).digest('hex')]));
  return hash.digest('hex').slice(0, 16);
}
