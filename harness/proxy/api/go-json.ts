// JSON the way Toxiproxy's server reads it. The first value counts, and what follows is ignored. If a key is given twice,
// the second value is laid over the first. A number is told by its letters (1e3 is no int64). Errors are in the words of
// Go's encoding/json, because clients show them and tests compare them.

import { messageOf } from '../stream/message-of.ts';

export type GoJson = { value: unknown } | { error: string };

/** Go stops at 10000; nothing sent here comes near. */
const DEPTH_MAX = 500;

export function parseGoJson(text: string): GoJson {
  try {
    const scanner = new Scanner(text);
    scanner.space();
    const start = scanner.at;
    if (start === text.length) return { error: 'EOF' };
    return { value: scanner.value(0) };
  } catch (error) {
    if (error instanceof GoSyntaxError) return { error: error.message };
    // The scanner and JSON.parse disagree about nothing we know of; if they do, it is still the sender's text.
    return { error: `invalid JSON: ${messageOf(error)}` };
  }
}

export interface Member {
  key: string;
  value: unknown;
  /** A number's letters. */
  source?: string;
}

const members = new WeakMap<object, readonly Member[]>();

/** All members of an object in the order they were given, also those whose key comes again. */
export function membersOf(object: object): readonly Member[] {
  return members.get(object) ?? Object.entries(object).map(([key, value]) => ({ key, value }));
}

/** One object of these members; of those with one key the last is the value. */
export function objectOfMembers(list: readonly Member[]): Record<string, unknown> {
  const object = Object.fromEntries(list.map(({ key, value }) => [key, value]));
  members.set(object, list);
  return object;
}

/** How Go names the kind of a decoded value in "cannot unmarshal". */
export function goKind(value: unknown): 'null' | 'string' | 'number' | 'bool' | 'array' | 'object' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    default:
      return 'object';
  }
}

/** A JSON object, and no list. */
export function isGoObject(value: unknown): value is Record<string, unknown> {
  return goKind(value) === 'object';
}

class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}

/** Reads a value and finds what is wrong on the way. */
class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  space(): void {
    while (this.at < this.#text.length && ' \t\r\n'.includes(this.#text[this.at]!)) this.at += 1;
  }

  value(depth: number): unknown {
    if (depth > DEPTH_MAX) throw new GoSyntaxError('exceeded max depth');
    this.space();
    const char = this.#peek();
    if (char === '{') return this.#object(depth);
    if (char === '[') return this.#array(depth);
    if (char === '"') return this.#string();
    if (char === '-' || isDigit(char)) return this.#number();
    if (char === 't') return this.#literal('true', true);
    if (char === 'f') return this.#literal('false', false);
    if (char === 'n') return this.#literal('null', null);
    throw this.#invalid('looking for beginning of value');
  }

  #object(depth: number): Record<string, unknown> {
    const list: Member[] = [];
    this.at += 1;
    this.space();
    if (this.#peek() === '}') {
      this.at += 1;
      return objectOfMembers(list);
    }
    for (;;) {
      this.space();
      if (this.#peek() !== '"') throw this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.space();
      if (this.#peek() !== ':') throw this.#invalid('after object key');
      this.at += 1;
      this.space();
      const start = this.at;
      const value = this.value(depth + 1);
      list.push({ key, value, ...(typeof value === 'number' && { source: this.#text.slice(start, this.at) }) });
      this.space();
      const next = this.#peek();
      if (next !== ',' && next !== '}') throw this.#invalid('after object key:value pair');
      this.at += 1;
      if (next === '}') return objectOfMembers(list);
    }
  }

  #array(depth: number): unknown[] {
    const list: unknown[] = [];
    this.at += 1;
    this.space();
    if (this.#peek() === ']') {
      this.at += 1;
      return list;
    }
    for (;;) {
      list.push(this.value(depth + 1));
      this.space();
      const next = this.#peek();
      if (next !== ',' && next !== ']') throw this.#invalid('after array element');
      this.at += 1;
      if (next === ']') return list;
    }
  }

  #string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const char = this.#peek();
      if (char < ' ') throw this.#invalid('in string literal');
      this.at += 1;
      if (char === '"') return JSON.parse(this.#text.slice(start, this.at)) as string;
      if (char === '\\') this.#escape();
    }
  }

  #escape(): void {
    const char = this.#peek();
    if (!'"\\/bfnrtu'.includes(char)) throw this.#invalid('in string escape code');
    this.at += 1;
    if (char !== 'u') return;
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/[0-9a-f]/i.test(this.#peek())) throw this.#invalid('in \\u hexadecimal character escape');
      this.at += 1;
    }
  }

  #number(): number {
    const start = this.at;
    this.#numberLetters();
    return Number(this.#text.slice(start, this.at));
  }

  #numberLetters(): void {
    if (this.#peek() === '-') this.at += 1;
    if (!isDigit(this.#peek())) throw this.#invalid('in numeric literal');
    if (this.#text[this.at] === '0') this.at += 1;
    else this.#digits();
    if (this.#text[this.at] === '.') {
      this.at += 1;
      if (!isDigit(this.#peek())) throw this.#invalid('after decimal point in numeric literal');
      this.#digits();
    }
    if (this.#text[this.at] !== 'e' && this.#text[this.at] !== 'E') return;
    this.at += 1;
    if (this.#peek() === '+' || this.#peek() === '-') this.at += 1;
    if (!isDigit(this.#peek())) throw this.#invalid('in exponent of numeric literal');
    this.#digits();
  }

  #digits(): void {
    while (isDigit(this.#text[this.at])) this.at += 1;
  }

  #literal<T>(word: string, value: T): T {
    for (const char of word) {
      if (this.#peek() !== char) throw this.#invalid(`in literal ${word} (expecting ${quoted(char)})`);
      this.at += 1;
    }
    return value;
  }

  #peek(): string {
    const char = this.#text[this.at];
    if (char === undefined) throw new GoSyntaxError('unexpected EOF');
    return char;
  }

  #invalid(where: string): GoSyntaxError {
    const char = String.fromCodePoint(this.#text.codePointAt(this.at)!);
    return new GoSyntaxError(`invalid character ${quoted(char)} ${where}`);
  }
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

function quoted(char: string): string {
  if (char === "'") return `'\\''`;
  if (char === '"') return `'"'`;
  const code = char.codePointAt(0)!;
  const named: Record<string, string> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '\\': '\\\\' };
  return `'${named[char] ?? (code < 0x20 ? `\\x${code.toString(16).padStart(2, '0')}` : char)}'`;
}
