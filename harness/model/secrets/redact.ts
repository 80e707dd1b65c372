// Secrets never reach the disk. A secret is a value that the run was configured with, in any of its forms, or whatever stands
// in a usual place for secrets or has the look of one. What is replaced is only what is written and shown: judges see it all.
import { secretRanges, type Range } from './find.ts';
import { formsOf, patternOf } from './forms.ts';
import { isOftenACount, isSecretName } from './names.ts';

const MASK = '***';
/** Of a known value that is cut into pieces so many characters may be left. */
const PIECE_MIN = 4;
/** What a stream remembers of what came before, in characters: a name, and a value that is not over yet. */
const MEMORY = 128;
const OPEN_MEMORY = 8_192;
/** Under these stands a name that is whole: `server` is no beginning of a password `server-1`. */
const NAMES = new Set([
  'kind',
  'phase',
  'state',
  'probe',
  'node',
  'link',
  'direction',
  'stream',
  'series',
  'scenario',
  'runtime',
  'engine',
]);

export interface Redactor {
  /** Replaces secrets by `***`. Given the name under which the text stands (a JSON key, a variable), that is judged too. */
  text(text: string, name?: string): string;
  /** The same for every string, key and number of a value of plain data. A copy where there is something to replace. */
  value<T>(value: T, name?: string): T;
  /** For pieces that follow each other: what is a secret together is one. `between` is what stood between two pieces. */
  stream(between: string): (piece: string) => string;
  /** One that knows these values as well. */
  knowing(values: readonly string[]): Redactor;
}

export function redactor(values: readonly string[] = []): Redactor {
  const forms = formsOf(values);
  const known = patternOf(forms);
  const beginnings = patternOf([...new Set(forms.map((form) => form.slice(0, PIECE_MIN)))]);
  const find = (text: string, isWhole = false): Range[] => [
    ...(known ? [...text.matchAll(known)].map((match): Range => [match.index, match.index + match[0].length]) : []),
    ...secretRanges(text),
    ...(!isWhole && beginnings && text.slice(-(forms[0] ?? '').length).search(beginnings) >= 0 ? begunAtEnd(text, forms) : []),
  ];
  const text = (given: string, name?: string, isKey = false): string => {
    if (name !== undefined && given !== '' && isSecretName(name)) return MASK;
    return masked(given, find(given, isKey || (name !== undefined && NAMES.has(name))));
  };
  return {
    text: (given, name) => text(given, name),
    value: (value, name) => redacted(value, text, name) as typeof value,
    stream(between) {
      let before = '';
      return (piece) => {
        const whole = before === '' ? piece : `${before}${between}${piece}`;
        const ranges = merged(find(whole));
        const from = whole.length - piece.length;
        before = remembered(whole, ranges.at(-1));
        return masked(
          piece,
          ranges.filter(([, to]) => to > from).map(([start, to, by]) => [Math.max(0, start - from), to - from, by]),
        );
      };
    },
    knowing: (more) => (more.length === 0 ? redactor(values) : redactor([...values, ...more])),
  };
}

/** Nothing is a secret: for tests that are about other things. */
export const NO_SECRETS: Redactor = {
  text: (text) => text,
  value: (value) => value,
  stream: () => (piece) => piece,
  knowing: () => NO_SECRETS,
};

/** A value that was cut off, or that goes on in the next piece. */
function begunAtEnd(text: string, forms: readonly string[]): Range[] {
  for (const form of forms)
    for (let length = Math.min(form.length, text.length); length >= PIECE_MIN; length--)
      if (form[length - 1] === text.at(-1) && text.endsWith(form.slice(0, length))) return [[text.length - length, text.length]];
  return [];
}

/** A secret that reaches the end may go on: it is kept from its name on, as far as memory goes. */
function remembered(whole: string, last: Range | undefined): string {
  const open = last !== undefined && last[1] >= whole.length - 1 ? whole.length - last[0] : 0;
  return whole.slice(-Math.min(OPEN_MEMORY, open + MEMORY));
}

function masked(text: string, ranges: readonly Range[]): string {
  if (ranges.length === 0) return text;
  let result = '';
  let at = 0;
  for (const [from, to, by = MASK] of merged(ranges)) {
    result += text.slice(at, from) + by;
    at = to;
  }
  return result + text.slice(at);
}

/** In order, without overlaps. */
function merged(ranges: readonly Range[]): Range[] {
  const result: [number, number, string | undefined][] = [];
  for (const [from, to, by] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from < last[1]) {
      last[1] = Math.max(last[1], to);
      last[2] ??= by;
    } else result.push([from, to, by]);
  }
  return result;
}

function redacted(value: unknown, text: (given: string, name?: string, isKey?: boolean) => string, name?: string): unknown {
  if (typeof value === 'string') return text(value, name);
  if (typeof value === 'number') return name !== undefined && isSecretName(name) && !isOftenACount(name) ? MASK : value;
  if (Array.isArray(value)) return value.map((each) => redacted(each, text, name));
  if (typeof value !== 'object' || value === null) return value;
  // In `secret: { value: "x" }` every value is one.
  const inherited = name !== undefined && isSecretName(name) ? name : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [text(key, undefined, true), redacted(each, text, inherited ?? key)]),
  );
}
