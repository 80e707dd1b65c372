// JSON the way Toxiproxy's server reads it: the first value counts and what follows is ignored, and an error
// is told in the words of Go's encoding/json, because clients show and tests compare them.

export type GoJson = { value: unknown } | { error: string };

/** Go stops at 10000; nothing sent here comes near. */
const DEPTH_MAX = 500;

export function parseGoJson(text: string): GoJson {
  try {
    const scanner = new Scanner(text);
    scanner.space();
    const start = scanner.at;
    if (start === text.length) return { error: 'EOF' };
    scanner.value(0);
    return { value: JSON.parse(text.slice(start, scanner.at)) as unknown };
  } catch (error) {
    if (error instanceof GoSyntaxError) return { error: error.message };
    // The scanner and JSON.parse disagree about nothing we know of; if they do, it is still the sender's text.
    return { error: `invalid JSON: ${(error as Error).message}` };
  }
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

class GoSyntaxError extends Error {
  override readonly name = 'GoSyntaxError';
}

/** Finds the end of a value and what is wrong on the way; JSON.parse then makes the value. */
class Scanner {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  space(): void {
    while (this.at < this.#text.length && ' \t\r\n'.includes(this.#text[this.at]!)) this.at += 1;
  }

  value(depth: number): void {
    if (depth > DEPTH_MAX) throw new GoSyntaxError('exceeded max depth');
    this.space();
    const char = this.#peek();
    if (char === '{') this.#object(depth);
    else if (char === '[') this.#array(depth);
    else if (char === '"') this.#string();
    else if (char === '-' || isDigit(char)) this.#number();
    else if (char === 't') this.#literal('true');
    else if (char === 'f') this.#literal('false');
    else if (char === 'n') this.#literal('null');
    else throw this.#invalid('looking for beginning of value');
  }

  #object(depth: number): void {
    this.at += 1;
    this.space();
    if (this.#peek() === '}') {
      this.at += 1;
      return;
    }
    for (;;) {
      this.space();
      if (this.#peek() !== '"') throw this.#invalid('looking for beginning of object key string');
      this.#string();
      this.space();
      if (this.#peek() !== ':') throw this.#invalid('after object key');
      this.at += 1;
      this.value(depth + 1);
      this.space();
      const next = this.#peek();
      if (next !== ',' && next !== '}') throw this.#invalid('after object key:value pair');
      this.at += 1;
      if (next === '}') return;
    }
  }

  #array(depth: number): void {
    this.at += 1;
    this.space();
    if (this.#peek() === ']') {
      this.at += 1;
      return;
    }
    for (;;) {
      this.value(depth + 1);
      this.space();
      const next = this.#peek();
      if (next !== ',' && next !== ']') throw this.#invalid('after array element');
      this.at += 1;
      if (next === ']') return;
    }
  }

  #string(): void {
    this.at += 1;
    for (;;) {
      const char = this.#peek();
      if (char < ' ') throw this.#invalid('in string literal');
      this.at += 1;
      if (char === '"') return;
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

  #number(): void {
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

  #literal(word: string): void {
    for (const char of word) {
      if (this.#peek() !== char) throw this.#invalid(`in literal ${word} (expecting ${quoted(char)})`);
      this.at += 1;
    }
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
