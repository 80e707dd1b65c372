// A policy as people write it: a small YAML file. Every mistake is named with its line.
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { defaultPolicy, policySchema, type Policy } from '../model/policy.ts';
import { TornwireError } from '../model/tornwire-error.ts';
import { EXIT } from '../model/exit-code.ts';

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
  const parsed = policySchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] as string] : (issue?.path ?? []);
  throw new PolicyError(
    `${file}:${lineOf(document, path, lines)}: ${path.join('.') || 'the top level'}: ${issue?.message ?? 'unreadable'}`,
  );
}

/** Of the deepest part of the path that the file has. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = document.getIn(path.slice(0, depth), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
