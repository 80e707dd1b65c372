// What a container sees of this machine: the run's folder under the same path, and read-only the system's code, the
// packages that it imports and the harness's Node. It never sees the engine's socket.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount } from './docker-container.ts';
import { compileCacheFolder } from '../ground/run-folder.ts';

/** {node} inside the bundled images. */
export const NODE_INSIDE = '/usr/local/bin/node';

export function mountsFor(folder: string, bundled: boolean, source: string | undefined, reads: readonly string[] = []): Mount[] {
  const readOnly = [...(source === undefined ? [] : [source, ...packagesOf(source)]), ...reads];
  const mounts: Mount[] = [
    { source: folder, target: folder, readOnly: false },
    { source: compileCacheFolder(), target: compileCacheFolder(), readOnly: false },
    ...readOnly.map((path) => ({ source: path, target: path, readOnly: true })),
    ...(bundled ? [{ source: realpathSync(process.execPath), target: NODE_INSIDE, readOnly: true }] : []),
  ];
  // One target may be named twice, by the source and by what a program reads.
  return [...new Map(mounts.map((mount) => [mount.target, mount])).values()];
}

/** Beside the code itself Node looks upwards for packages and for the package.json that says how to read it. */
function packagesOf(source: string): string[] {
  return ['node_modules', 'package.json'].flatMap((name) => {
    const found = nearestAbove(source, name);
    if (found === undefined) return [];
    const real = realpathSync(found);
    const inSource = found === join(source, name);
    return [...(inSource ? [] : [found]), ...(real === found ? [] : [real])];
  });
}

function nearestAbove(folder: string, name: string): string | undefined {
  const here = join(folder, name);
  if (existsSync(here)) return here;
  const parent = dirname(folder);
  return parent === folder ? undefined : nearestAbove(parent, name);
}
