// A policy as people write it: a small YAML file. A message about a mistake names the line.
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { defaultPolicy, policySchema, type Policy } from '../model/policy.ts';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';

/** One line: the file, the line, the key and what is wrong with it. */
export class PolicyError extends TornwireError {
  readonly exitCode = EXIT.usage;
}

/** The built-in policy without a file. @throws PolicyError */
export async function readPolicy(file: string | undefined): Promise<Policy> {
  if (file === undefined) return defaultPolicy();
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new PolicyError(`cannot read the policy ${file}: ${(cause as Error).message}`, { cause });
  }
  return parsePolicy(text, file);
}

/** @throws PolicyError */
function parsePolicy(text: string, file: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [mistake] = document.errors;
  if (mistake) throw new PolicyError(`${file}:${lines.linePos(mistake.pos[0]).line}: ${mistake.message.replaceAll(/\s+/g, ' ')}`);
  const alias = firstAlias(document);
  if (alias)
    throw new PolicyError(`${file}:${lines.linePos(alias.offset).line}: the alias *${alias.name} is not read here: write the value itself`);
  // A file with nothing in it, or with comments only, is the built-in policy.
  const parsed = policySchema.safeParse(document.toJS() ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] as string] : (issue?.path ?? []);
  // A key may hold line ends.
  const what = `${path.join('.') || 'the top level'}: ${issue?.message ?? 'unreadable'}`.replaceAll(/\s+/g, ' ');
  throw new PolicyError(`${file}:${lineOf(document, path, lines)}: ${what}`);
}

/** A policy is short and has no need of them; a few that name each other would stand for any number of values. */
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
