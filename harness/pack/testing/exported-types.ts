// Which types the signatures of an entry name, and which of them nobody can import from it. It reads declarations only:
// function bodies and what a variable is set to say nothing about a signature.
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A node of the syntax tree, as far as it is looked at here. */
interface Syntax {
  type: string;
  [field: string]: unknown;
}

interface Source {
  /** By the name that this file gives it. */
  declared: ReadonlyMap<string, Syntax>;
  /** Where a name of this file comes from, for imports and for what is exported anew. */
  imported: ReadonlyMap<string, Place>;
  /** By the outer name, the name in this file. */
  exported: ReadonlyMap<string, string>;
}

interface Place {
  file: string;
  name: string;
}

/** As `file: name`, every type that can be reached from the entries' exports and is not among them. */
export function keptTypes(entries: readonly string[], root: string): string[] {
  const sources = new Map<string, Source>();
  const source = (file: string): Source => {
    const known = sources.get(file) ?? read(file);
    sources.set(file, known);
    return known;
  };
  const exported = entries.flatMap((file) => [...source(file).exported.values()].map((name) => origin({ file, name }, source)));
  const known = new Set(exported.map(keyOf));
  const reached = new Map(exported.map((place) => [keyOf(place), place]));
  // A map that grows meanwhile is walked to its new end.
  for (const place of reached.values())
    for (const name of namesIn(source(place.file).declared.get(place.name))) {
      const next = origin({ file: place.file, name }, source);
      if (source(next.file).declared.has(next.name)) reached.set(keyOf(next), next);
    }
  return [...reached.values()]
    .filter((place) => !known.has(keyOf(place)))
    .map(({ file, name }) => `${relative(root, file)}: ${name}`)
    .sort();
}

const keyOf = ({ file, name }: Place): string => `${file}#${name}`;

/** Follows imports and exports to the file that declares it. */
function origin({ file, name }: Place, source: (file: string) => Source): Place {
  const from = source(file).imported.get(name);
  if (from === undefined) return { file, name };
  return origin({ file: from.file, name: source(from.file).exported.get(from.name) ?? from.name }, source);
}

function read(file: string): Source {
  const { program } = parseSync(file, readFileSync(file, 'utf8'));
  const declared = new Map<string, Syntax>();
  const imported = new Map<string, Place>();
  const exported = new Map<string, string>();
  for (const statement of program.body as unknown as Syntax[]) {
    const from = (statement['source'] as { value: string } | null | undefined)?.value;
    const target = from?.startsWith('.') ? join(dirname(file), from) : undefined;
    for (const { imported: far, exported: outer, local } of (statement['specifiers'] ?? []) as Record<string, { name: string }>[]) {
      const name = (local ?? outer)?.name ?? '';
      if (target !== undefined) imported.set(name, { file: target, name: (far ?? local)?.name ?? name });
      if (statement.type === 'ExportNamedDeclaration') exported.set(outer?.name ?? name, name);
    }
    const inner = (statement['declaration'] as Syntax | null | undefined) ?? statement;
    for (const [name, node] of declarationsOf(inner)) {
      declared.set(name, node);
      if (statement.type === 'ExportNamedDeclaration') exported.set(name, name);
    }
  }
  return { declared, imported, exported };
}

function declarationsOf(node: Syntax): [string, Syntax][] {
  if (node.type === 'VariableDeclaration') return (node['declarations'] as Syntax[]).map((each) => [nameOf(each), each]);
  return 'id' in node && node['id'] !== null ? [[nameOf(node), node]] : [];
}

const nameOf = (node: Syntax): string => (node['id'] as { name?: string }).name ?? '';

/** The names of types that a signature needs, without its own type parameters. */
function namesIn(node: Syntax | undefined): Set<string> {
  const names = new Set<string>();
  const own = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk);
    if (typeof value !== 'object' || value === null) return;
    const { type, ...fields } = value as Syntax;
    if (type === 'BlockStatement' || type === 'StaticBlock' || type === 'TSTypeQuery' || isPrivate(fields)) return;
    if (type === 'TSTypeParameter') own.add((fields['name'] as { name: string }).name);
    if (type === 'TSMappedType') own.add((fields['key'] as { name: string }).name);
    if (type === 'TSTypeReference') names.add(firstName(fields['typeName'] as Syntax));
    if (type === 'TSInterfaceHeritage' || type === 'TSClassImplements') names.add(firstName(fields['expression'] as Syntax));
    if (type === 'VariableDeclarator' && !isFunction(fields['init'])) delete fields['init'];
    if (type === 'PropertyDefinition') delete fields['value'];
    Object.values(fields).forEach(walk);
  };
  walk(node);
  return new Set([...names].filter((name) => !own.has(name)));
}

function isPrivate({ accessibility, key }: Record<string, unknown>): boolean {
  return accessibility === 'private' || (key as Syntax | undefined)?.type === 'PrivateIdentifier';
}

function isFunction(init: unknown): boolean {
  return (init as Syntax | null)?.type === 'ArrowFunctionExpression';
}

/** Of `a.b.c` the `a`. */
function firstName(name: Syntax): string {
  return name.type === 'TSQualifiedName' ? firstName(name['left'] as Syntax) : ((name['name'] as string | undefined) ?? '');
}
