// Sections of a page.
import type { Declaration, Member } from './declarations.ts';

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A bar would end the cell. */
export const code = (text: string): string => (text === '' ? '' : `\`${text.replaceAll('|', String.raw`\|`)}\``);
export const cell = (text: string): string => text.replaceAll(/(?<!\\)\|/g, String.raw`\|`).replaceAll('\n', ' ');

export function section(declaration: Declaration, level = '##'): string {
  const { name, kind, doc, signature, parts: union, members } = declaration;
  const parts = [`${level} ${name}`];
  if (doc !== '') parts.push(sentences(doc));
  if (kind === 'function') parts.push(`\`${name}${signature}\``);
  else if (union)
    parts.push(
      table(
        ['one of', 'meaning'],
        union.map(({ type, doc: meaning }) => [code(type), cell(sentences(meaning))]),
      ),
    );
  else if (signature !== '' && (members.length === 0 || kind === 'type')) parts.push(`\`${signature}\``);
  if (members.length > 0) parts.push(membersTable(members));
  return parts.join('\n\n');
}

function membersTable(members: readonly Member[]): string {
  const withDefaults = members.some(({ byDefault }) => byDefault !== undefined);
  const head = ['name', 'type', ...(withDefaults ? ['default'] : []), 'meaning'];
  const rows = members.map(({ name, type, optional, doc, byDefault }) => [
    `${code(name)}${optional ? ' (optional)' : ''}`,
    code(type),
    ...(withDefaults ? [code(byDefault ?? '')] : []),
    cell(sentences(doc)),
  ]);
  return table(head, rows);
}

/** Tags of docstrings in words. */
function sentences(doc: string): string {
  return doc
    .replaceAll(/\s*@throws (\w+)/g, ' It throws $1')
    .replaceAll(/\s*@param (\w+) /g, ' `$1`: ')
    .replaceAll(/\s*@see /g, ' See ')
    .trim();
}
