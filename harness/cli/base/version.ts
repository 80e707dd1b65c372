// The version of this package, from its package.json.
import { createRequire } from 'node:module';

/** By the package's own name: sources and compiled files do not lie equally deep in it. */
export const VERSION = (createRequire(import.meta.url)('tornwire/package.json') as { version: string }).version;
