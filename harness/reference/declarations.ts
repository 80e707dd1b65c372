// What a file declares, for people: signatures, members and docstrings. Read from the syntax, so the pages cannot differ from the code.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Comment, parseSync } from 'oxc-parser';

export interface Member {
  name: string;
  type: string;
  optional: boolean;
  doc: string;
  /** As code has it, where a pattern with defaults fills it in. */
  byDefault?: string;
}

export interface Declaration {
  name: string;
  kind: 'interface' | 'type' | 'function' | 'value' | 'class';
  doc: string;
  /** In one line: of a function what it takes and gives, of a type what it is. */
  signature: string;
  members: readonly Member[];
  /** Of a union: each of its parts. */
  parts?: readonly { type: string; doc: string }[];
}

/** A node of the syntax tree, as far as it is looked at here. */
interface Syntax {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

interface Source {
  text: string;
  comments: readonly Comment[];
}

/** Everything that a file exports, also what it exports anew from other files, in its order. */
export function exportsOf(file: string): readonly Declaration[] {
  const known = KNOWN.get(file) ?? read(file);
  KNOWN.set(file, known);
  return known;
}

/** A file does not change while pages are made of it. */
const KNOWN = new Map<string, readonly Declaration[]>();

function read(file: string): Declaration[] {
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const source = { text, comments };
  const found: Declaration[] = [];
  for (const statement of program.body as unknown as Syntax[]) {
    if (statement.type !== 'ExportNamedDeclaration') continue;
    const declaration = statement['declaration'] as Syntax | null;
    if (declaration) found.push(...declared(declaration, docBefore(statement, source), source));
    else found.push(...exportedAnew(statement, file));
  }
  return found;
}

/** One declaration of a file, wherever that has it from. */
export function declarationIn(file: string, name: string): Declaration {
  const found = exportsOf(file).find((each) => each.name === name);
  if (!found) throw new Error(`${file} exports no ${name}`);
  return found;
}

function exportedAnew(statement: Syntax, file: string): Declaration[] {
  const from = (statement['source'] as { value: string } | null)?.value;
  const specifiers = statement['specifiers'] as { local: { name: string }; exported: { name: string } }[];
  return specifiers.flatMap(({ local, exported }) => {
    if (from === undefined) return importedName(file, local.name) ?? [];
    return { ...declarationIn(join(dirname(file), from), local.name), name: exported.name };
  });
}

/** `import type { A } from './a.ts'; export type { A };` */
function importedName(file: string, name: string): Declaration | undefined {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  for (const statement of program.body as unknown as Syntax[]) {
    if (statement.type !== 'ImportDeclaration') continue;
    const specifier = (statement['specifiers'] as { local: { name: string }; imported?: { name: string } }[]).find(
      ({ local }) => local.name === name,
    );
    if (specifier)
      return declarationIn(join(dirname(file), (statement['source'] as { value: string }).value), specifier.imported?.name ?? name);
  }
  return undefined;
}

function declared(node: Syntax, doc: string, source: Source): Declaration[] {
  const name = (node['id'] as { name: string } | undefined)?.name ?? '';
  switch (node.type) {
    case 'TSInterfaceDeclaration':
      return [{ name, kind: 'interface', doc, signature: '', members: membersIn((node['body'] as { body: Syntax[] }).body, source) }];
    case 'TSTypeAliasDeclaration': {
      const type = node['typeAnnotation'] as Syntax;
      const parts =
        type.type === 'TSUnionType'
          ? (type['types'] as Syntax[]).map((part) => ({ type: oneLine(part, source), doc: docBefore(part, source) }))
          : [];
      const isTold = parts.some((part) => part.doc !== '');
      return [
        { name, kind: 'type', doc, signature: oneLine(type, source), members: literalMembers(type, source), ...(isTold && { parts }) },
      ];
    }
    case 'FunctionDeclaration':
      return [{ name, kind: 'function', doc, signature: signatureOf(node, source), members: [] }];
    case 'ClassDeclaration':
      return [{ name, kind: 'class', doc, signature: '', members: membersIn((node['body'] as { body: Syntax[] }).body, source) }];
    case 'VariableDeclaration':
      return (node['declarations'] as Syntax[]).map((each) => valueOf(each, doc, source));
    default:
      return [];
  }
}

function valueOf(node: Syntax, doc: string, source: Source): Declaration {
  const { name } = node['id'] as { name: string };
  const init = node['init'] as Syntax | null;
  if (init?.type === 'ArrowFunctionExpression') return { name, kind: 'function', doc, signature: signatureOf(init, source), members: [] };
  const annotation = (node['id'] as { typeAnnotation?: Syntax | null }).typeAnnotation;
  const signature = annotation
    ? oneLine(annotation['typeAnnotation'] as Syntax, source)
    : init?.type === 'Literal'
      ? oneLine(init, source)
      : '';
  return { name, kind: 'value', doc, signature, members: [] };
}

/** Types of object literals anywhere in it, so that the parts of a union or an intersection have their docstrings too. */
function literalMembers(type: Syntax, source: Source): Member[] {
  if (type.type === 'TSTypeLiteral') return membersIn(type['members'] as Syntax[], source);
  if (type.type === 'TSUnionType') return [];
  const parts = (type['types'] ?? (type['typeArguments'] as { params?: Syntax[] } | null | undefined)?.params ?? []) as Syntax[];
  return parts.flatMap((part) => literalMembers(part, source));
}

function membersIn(nodes: readonly Syntax[], source: Source): Member[] {
  return nodes.flatMap((node) => {
    const key = node['key'] as Syntax | undefined;
    if (!key || node.type === 'PropertyDefinition' || node['accessibility'] === 'private' || node['override'] === true) return [];
    const name = source.text.slice(key.start, key.end);
    const method = node.type === 'TSMethodSignature' || node.type === 'MethodDefinition';
    const type = method
      ? signatureOf((node['value'] as Syntax | undefined) ?? node, source)
      : oneLine((node['typeAnnotation'] as { typeAnnotation: Syntax }).typeAnnotation, source);
    return [{ name, type, optional: node['optional'] === true, doc: docBefore(node, source) }];
  });
}

/** What stands between the name and the body. */
function signatureOf(node: Syntax, source: Source): string {
  const params = (node['params'] as Syntax[]).map((param) => withoutDefaults(oneLine(param, source)));
  const gives = node['returnType'] as { typeAnnotation: Syntax } | null | undefined;
  const generics = node['typeParameters'] as Syntax | null | undefined;
  return `${generics ? oneLine(generics, source) : ''}(${params.join(', ')})${gives ? `: ${oneLine(gives.typeAnnotation, source)}` : ''}`;
}

/** A pattern tells of names inside: `{ a, b }: T = {}` is an optional T. */
function withoutDefaults(param: string): string {
  const pattern = /^\{.*\}: (.*?)( = \{\})?$/.exec(param);
  if (pattern) return `options${pattern[2] ? '?' : ''}: ${pattern[1]}`;
  return param.replace(/^(\w+): (.*) = \{\}$/, '$1?: $2').replace(/^(\w+): (.*) = (\S+)$/, '$1: $2 = $3');
}

/** The docstring that ends right before it. */
function docBefore({ start }: Syntax, { text, comments }: Source): string {
  const last = comments.findLast((comment) => comment.end <= start);
  if (last?.type !== 'Block' || !last.value.startsWith('*') || !/^[\s|]*$/.test(text.slice(last.end, start))) return '';
  return last.value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+ ?/, '').trim())
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Without the comments in it. */
function oneLine({ start, end }: Syntax, { text, comments }: Source): string {
  let rest = '';
  let at = start;
  for (const comment of comments) {
    if (comment.start < start || comment.end > end) continue;
    rest += text.slice(at, comment.start);
    at = comment.end;
  }
  return (rest + text.slice(at, end)).replaceAll(/\s+/g, ' ').replace(/^\| /, '').trim();
}

/** What a function fills in where nothing is given: of `const { a = 1 } = settings` the 1. */
export function defaultsIn(file: string, functionName: string): ReadonlyMap<string, string> {
  const text = readFileSync(file, 'utf8');
  const { program } = parseSync(file, text);
  const defaults = new Map<string, string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const node = value as Syntax;
    if (node.type === 'Property' && (node['value'] as Syntax | null)?.type === 'AssignmentPattern') {
      const { left, right } = node['value'] as unknown as { left: { name: string }; right: Syntax };
      defaults.set(left.name, text.slice(right.start, right.end));
    }
    Object.values(node).forEach(walk);
  };
  for (const statement of program.body as unknown as Syntax[]) {
    const declaration = statement['declaration'] as Syntax | null | undefined;
    if ((declaration?.['id'] as { name?: string } | null | undefined)?.name === functionName) walk(declaration);
  }
  return defaults;
}

/** The lines of prose with which a file begins. */
export function openingOf(file: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join(' ');
}
