// How a node names files that it may leave: from `{home}/`, from `{tmp}/`, or in a box from an absolute path. Behind that `*`,
// `**`, `?` and `[a-z]` match names. Caches that common language runtimes keep in a temporary folder for the next start need no
// rule: a program that uses one has not forgotten anything.
import { matchesGlob } from 'node:path';

export const LEAVE_PATTERN_RULE = "begin with '{home}/', '{tmp}/' or '/'";

export function isLeavePattern(pattern: string): boolean {
  return /^(\{(home|tmp)\})?\/./.test(pattern);
}

/** Node's module.enableCompileCache(), tsx, v8-compile-cache, jiti, and the counters of a JVM. */
const CACHES = ['node-compile-cache/**', 'tsx-*/**', 'v8-compile-cache*/**', 'jiti/**', 'hsperfdata_*/**'];
const ALWAYS = CACHES.flatMap((cache) => [`{tmp}/${cache}`, `/tmp/${cache}`]);

/** @param file as patterns name it: `{home}/a`, `{tmp}/a` or `/tmp/a` */
export function isLawfullyLeft(file: string, allowed: readonly string[]): boolean {
  return [...ALWAYS, ...allowed].some((pattern) => matchesGlob(dotless(file), dotless(pattern)));
}

/** `*` and `**` match names that begin with a dot as well; path.matchesGlob, as a shell does it, wants the dot to be written. */
function dotless(path: string): string {
  return path.replaceAll('/.', '/\u2024');
}
