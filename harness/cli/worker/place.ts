// Errors of the user's code in one line, with the line of that code which made them.
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ErrorLine = (error: unknown) => string;

/** `Error: no such window (scenarios/links/cut.scenario.ts:12:9)`; paths are seen from the project. */
export function errorLine(error: unknown, root: string): string {
  const { name, message, stack = '' } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
  const place = placeIn(stack, root);
  const what = notErasable(error) ?? `${name}: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}`;
  return `${what}${place === undefined ? '' : ` (${place})`}`;
}

/** What to write in place of TypeScript that is more than types; the names are those of Node's errors. */
const INSTEAD: readonly (readonly [syntax: string, instead: string])[] = [
  ['enum', 'a union of strings, or an object `as const`'],
  ['parameter property', 'a field, and set it in the constructor'],
  ['namespace', 'a module'],
  ['import equals', '`import`'],
  ['export assignment', '`export default`'],
];

/** Node runs TypeScript by erasing the types, and refuses what cannot be erased (docs of Node, "Type stripping"). */
function notErasable(error: unknown): string | undefined {
  const { code, message = '' } = (error ?? {}) as { code?: unknown; message?: string };
  if (code !== 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX') return undefined;
  const syntax = /TypeScript (.+?) is not supported/.exec(message)?.[1] ?? message;
  const instead = INSTEAD.find(([known]) => syntax.includes(known))?.[1] ?? 'JavaScript';
  return `TypeScript's ${syntax} is not erasable, so Node cannot run it: use ${instead}; erasableSyntaxOnly in tsconfig.json finds every one`;
}

/** The first place of a stack that is neither Node's nor a package's; undefined when there is none. */
export function placeIn(stack: string, root: string): string | undefined {
  // A folder's name may hold brackets, which a URL does not encode. A syntax error begins with its own place and no `at`: a URL, or a path where the error is one of TypeScript's.
  for (const [, url = '', line] of stack.matchAll(/((?:file:\/\/|^\/)\S+?):(\d+(?::\d+)?)(?=[\s)]|$)/gm)) {
    const file = url.startsWith('/') ? url : fileURLToPath(url);
    if (!file.includes('/node_modules/') && !(isBelow(OURS, file) && !isBelow(OURS, root))) return `${relative(root, file)}:${line}`;
  }
  return undefined;
}

const OURS = `${dirname(dirname(dirname(fileURLToPath(import.meta.url))))}/`;

function isBelow(folder: string, file: string): boolean {
  return !relative(folder, file).startsWith('..');
}
