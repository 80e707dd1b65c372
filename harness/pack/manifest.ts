// The package.json of the repository names the sources. The one of the package names the compiled files. npm reads it anew
// after `prepack`, so that script writes the second and `postpack` puts the first back.
import { fileURLToPath } from 'node:url';

export interface Manifest {
  exports: Record<string, unknown>;
  [field: string]: unknown;
}

/** The folder `harness/`, which becomes the package. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../', import.meta.url));
/** What packing writes beside the sources; git knows none of it. */
export const MADE = {
  compiled: 'dist',
  docs: 'docs',
  docker: 'docker',
  licence: 'LICENSE',
  source: '.package.source.json',
  readme: '.package.readme.md',
} as const;
/** What of the repository's docs/ a user reads. */
export const DOCS = ['README.md', 'explanation', 'how-to', 'reference', 'tutorials', 'glossary.md', 'llms.txt'] as const;
/** Folders of programs that no compiler touches, beside the compiled files that use them. */
export const AS_THEY_ARE = ['selftest/programs'] as const;

/** `./index.ts` becomes the pair of `./dist/index.js` and its declarations. The scripts stay: after a pack that was killed they mend. */
export function published({ exports, ...rest }: Manifest): Manifest {
  const doors = Object.entries(exports).map(([name, target]) => [name, typeof target === 'string' ? compiledDoor(target) : target]);
  return { ...rest, exports: Object.fromEntries(doors) as Record<string, unknown> };
}

function compiledDoor(target: string): unknown {
  if (!target.endsWith('.ts')) return target;
  const stem = target.replace(/^\.\//, `./${MADE.compiled}/`).slice(0, -'.ts'.length);
  return { types: `${stem}.d.ts`, default: `${stem}.js` };
}

/** The declarations of all doors, from the compiled folder on. */
export function declarationsOf({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((door) => {
    const types = typeof door === 'object' && door !== null && 'types' in door ? String(door.types) : undefined;
    return types === undefined ? [] : [types.slice(`./${MADE.compiled}/`.length)];
  });
}
