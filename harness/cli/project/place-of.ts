// Where a mistake stands in the sources. An error of the user's code brings its place along. What planning says names a link, a step or a
// node in quotes: its place is the line of the scenario, or of a file that the scenario imports, where that name stands.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';

/** @param root where places in `what` are seen from @param file of the scenario, absolute */
export function placeOf(what: string, file: string, root: string): { place: string; what: string } {
  const [whole, path, line] = / \(((?:(?! \().)+?):(\d+)(?::\d+)?\)$/.exec(what) ?? [];
  if (path !== undefined && existsSync(resolve(root, path)))
    return { place: `${seen(resolve(root, path))}:${line}`, what: what.slice(0, -(whole ?? '').length) };
  const sources = sourcesFrom(file);
  for (const name of namesIn(what))
    for (const source of sources) {
      const at = lineOf(name, source.lines);
      if (at !== undefined) return { place: `${seen(source.file)}:${at}`, what };
    }
  return { place: `${seen(file)}:1`, what };
}

/**
 * Placeholders are nearer to the mistake than the node that they stand in; the id of a step ends with its link or node. A module that there
 * is not is named by its whole path, and its import has the end of it.
 */
function namesIn(what: string): string[] {
  const placeholder = /unknown placeholder (\{[^}]+\})/.exec(what)?.[1];
  const quoted = [...what.matchAll(/'([^']+)'/g)].flatMap(([, name = '']) => [name, name.split(' ').at(-1) ?? '', basename(name)]);
  return placeholder === undefined ? quoted : [placeholder, ...quoted];
}

interface Source {
  file: string;
  lines: readonly string[];
}

const FILES_MAX = 50;

/** The file, and what it imports by a relative path, nearest first. */
function sourcesFrom(file: string): Source[] {
  const found = new Map<string, Source>();
  const ahead = [file];
  for (let at = ahead.shift(); at !== undefined && found.size < FILES_MAX; at = ahead.shift()) {
    if (found.has(at) || !existsSync(at)) continue;
    const code = readFileSync(at, 'utf8');
    found.set(at, { file: at, lines: code.split('\n') });
    for (const [, path = ''] of code.matchAll(/\bfrom\s+['"](\.{1,2}\/[^'"]+)['"]/g)) ahead.push(resolve(dirname(at), path));
  }
  return [...found.values()];
}

/** The line where it stands as a string of its own, or else the first that holds it. Comments do not count. */
function lineOf(name: string, lines: readonly string[]): number | undefined {
  const code = lines.map((line) => line.replace(/^\s*(?:\/\/|\*|\/\*).*$/, ''));
  const exact = code.findIndex((line) => [`'${name}'`, `"${name}"`, `\`${name}\``].some((literal) => line.includes(literal)));
  const index = exact === -1 && name.length > 3 ? code.findIndex((line) => line.includes(name)) : exact;
  return index === -1 ? undefined : index + 1;
}

function seen(file: string): string {
  return relative(process.cwd(), file) || file;
}
