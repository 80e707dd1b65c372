// Settings as people write them: a small YAML file. A message about a mistake names the line.
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import type { ZodType } from 'zod';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';

/** One line: the file, the line, the key and what is wrong with it. */
export class SettingsError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/**
 * What the schema makes of the file; of `{}` when there is nothing in it. @param what it is, in messages. @throws SettingsError
 */
export async function readSettings<T>(file: string, what: string, schema: ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SettingsError(`cannot read the ${what} ${file}: ${(cause as Error).message}`, { cause });
  }
  return parsed(text, file, schema);
}

/** @throws SettingsError */
function parsed<T>(text: string, file: string, schema: ZodType<T>): T {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [mistake] = document.errors;
  if (mistake) throw new SettingsError(`${file}:${lines.linePos(mistake.pos[0]).line}: ${mistake.message.replaceAll(/\s+/g, ' ')}`);
  const alias = firstAlias(document);
  if (alias)
    throw new SettingsError(
      `${file}:${lines.linePos(alias.offset).line}: the alias *${alias.name} is not read here: write the value itself`,
    );
  // A file with nothing in it, or with comments only, sets nothing.
  const read = schema.safeParse(document.toJS() ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] as string] : (issue?.path ?? []);
  // A key may hold line ends.
  const what = `${path.join('.') || 'the top level'}: ${issue?.message ?? 'unreadable'}`.replaceAll(/\s+/g, ' ');
  throw new SettingsError(`${file}:${lineOf(document, path, lines)}: ${what}`);
}

/** Settings are short and have no need of them; a few that name each other would stand for any number of values. */
function firstAlias(document: Document): { name: string; offset: number } | undefined {
  let found: { name: string; offset: number } | undefined;
  visit(document, {
    Alias(_key, node) {
      found = { name: node.source, offset: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}

/** Of the deepest part of the path that the file has. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
