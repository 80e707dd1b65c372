// Values as TypeScript writes them. Whatever a name or a value holds, it stays inside its quotes.
import type { Piece, Text } from '../base/found.ts';

export function quoted(value: string): string {
  const escaped = JSON.stringify(value)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll("'", String.raw`\'`);
  return `'${escaped.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`)}'`;
}

export function textLiteral(text: Text): string {
  if (text.every((piece) => typeof piece === 'string')) return quoted(text.join(''));
  const [only] = text;
  if (text.length === 1 && only !== undefined && typeof only !== 'string') return expression(only);
  return `\`${text.map((piece) => (typeof piece === 'string' ? inTemplate(piece) : `\${${expression(piece)}}`)).join('')}\``;
}

export function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== '__proto__' ? name : name === '__proto__' ? `['__proto__']` : quoted(name);
}

/** In a comment of one line nothing can end the line. */
export function comment(words: string): string {
  return `// ${words.replaceAll(/[\r\n\u2028\u2029]+/g, ' ')}`;
}

/** Arrays and objects of plain values, on one line. */
export function plain(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${(value as unknown[]).map(plain).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([name, each]) => `${key(name)}: ${plain(each)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function expression({ variable, fallback, part }: Exclude<Piece, string>): string {
  const read = `process.env[${quoted(variable)}]`;
  if (part !== undefined) return `URL.parse(${read} ?? '')?.${part} ?? ''`;
  return `${read} ?? ${quoted(fallback)}`;
}

function inTemplate(piece: string): string {
  return JSON.stringify(piece)
    .slice(1, -1)
    .replaceAll(String.raw`\"`, '"')
    .replaceAll('`', '\\`')
    .replaceAll('${', '\\${');
}
