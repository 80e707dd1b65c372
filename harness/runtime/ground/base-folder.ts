// The one folder below the machine's temporary folder that all runs of this user share (run-folder.ts says what lies in
// it).
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function baseFolder(): string {
  return join(tmpdir(), `tornwire-${process.getuid?.() ?? 0}`);
}

export function compileCacheFolder(): string {
  return join(baseFolder(), 'compile-cache');
}

/** The same once it exists and is this user's own; code in somebody else's folder is never run. */
export function ownCompileCache(): string | undefined {
  try {
    mkdirSync(compileCacheFolder(), { recursive: true, mode: 0o700 });
    const found = [baseFolder(), compileCacheFolder()].map((folder) => lstatSync(folder));
    const own = found.every((each) => each.isDirectory() && each.uid === (process.getuid?.() ?? each.uid));
    return own ? compileCacheFolder() : undefined;
  } catch {
    return undefined;
  }
}
