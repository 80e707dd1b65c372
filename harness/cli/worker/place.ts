// Errors of the user's code in one line, with the line of that code which made them.
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ErrorLine = (error: unknown) => string;

/** `Error: no such window (scenarios/links/cut.scenario.ts:12:9)`; paths are seen from the project. */
export function errorLine(error: unknown, root: string): string {
  const { name, message, stack = '' } = error instanceof Error ? error : { name: 'thrown', message: String(error) };
  const place = placeIn(stack, root);
  return `${name}: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}${place === undefined ? '' : ` (${place})`}`;
}

/** The first place of a stack that is neither Node's nor a package's; undefined when there is none. */
export function placeIn(stack: string, root: string): string | undefined {
  // A syntax error begins with its own place and no `at`.
  for (const [, url = '', line] of stack.matchAll(/(file:\/\/[^\s)]+?):(\d+(?::\d+)?)(?=[\s)]|$)/gm)) {
    const file = fileURLToPath(url);
    if (!file.includes('/node_modules/') && !(isBelow(OURS, file) && !isBelow(OURS, root))) return `${relative(root, file)}:${line}`;
  }
  return undefined;
}

const OURS = `${dirname(dirname(dirname(fileURLToPath(import.meta.url))))}/`;

function isBelow(folder: string, file: string): boolean {
  return !relative(folder, file).startsWith('..');
}
