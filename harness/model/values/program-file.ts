// Programs that the harness starts by their path. They are TypeScript in the repository and JavaScript in the package. The
// compiler rewrites the paths of imports and no other paths. So code that starts a program calls
// `programFile(import.meta.url, …)`.
import { fileURLToPath } from 'node:url';

/**
 * The path of a program, named as an import would name it (`./serve.ts`) by the module whose `import.meta.url` is `from`.
 * It must be among the `files` of harness/tsconfig.package.json, which a test compares.
 */
export function programFile(from: string, relative: string): string {
  const file = fileURLToPath(new URL(relative, from));
  return from.endsWith('.ts') ? file : file.replace(/\.ts$/, '.js');
}
