// testcontainers, the package that talks to the container engine. It brings 170 others, so it is an optional peer of
// Tornwire: whoever wants containers installs it beside Tornwire.
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import type { NoEngine } from './engine-socket.ts';

const PACKAGE = 'testcontainers';
/** The one line that installs it; the major is the one of `peerDependencies`. */
export const INSTALL_CLIENT = `npm install --save-dev ${PACKAGE}@12`;

/** The version that is installed, as a file at `from` (a URL) would find it. */
export function clientVersion(from: string = import.meta.url): string | undefined {
  try {
    const manifest = findPackageJSON(PACKAGE, from);
    return manifest === undefined ? undefined : (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}

/** Why the engine cannot be asked. Nothing is loaded for the answer. */
export function noClient(from?: string): NoEngine | undefined {
  if (clientVersion(from) !== undefined) return undefined;
  return { why: `${PACKAGE}, which talks to the container engine, is not installed`, cure: INSTALL_CLIENT };
}
