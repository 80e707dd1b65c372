// Where in a text secrets stand. Each rule gives ranges, never a new text: so a text can be looked at together with what came
// before it, and only its own part is replaced. Every rule takes time that grows with the text only.
import { isOftenACount, isOftenASentence, isSecretHeader, isSecretName, isSecretParameter } from './names.ts';
import { SHAPES, SHAPE_HINT } from './shapes.ts';

/** From and to, as in `slice`; what stands there afterwards, when it is not `***`. */
export type Range = readonly [from: number, to: number, by?: string | undefined];

/** Whatever the rules by name need: most texts hold none of it, and one scan says so. */
const NAME_HINT =
  /token|secret|pass|pwd|credential|hmac|nonce|cookie|auth|jwt|(?:api|private|access|signing|encryption)[_-]?key|\bx-|[?&](?:key|sig|code|se|sas)=|(?:sig|signature|sid|otp|bearer)["'\\]{0,4}\s?[:=]/i;

/** A name and what parts it from its value: `"name": `, `name=`, `--name `; names inside JSON inside JSON have `\"`. */
const NAMED = /(?<![\w.-])(--)?([\w.-]{1,64})(\\{0,3}["'])?(\s{0,4}[:=]\s{0,4}|(?<=--[\w-]{1,64}) )/g;
const QUOTED = /(\\{0,3}["'`])((?:\\{3}["'](?<!\1)|(?!\1)(?:\\.|[^\\\n"]))*)/dy;
const SCALAR = /(-?[\w.+/=~-]+)/dy;
const NESTED_MAX = 16_384;
/** To the end of the line, also of one that is escaped. */
const LINE = /([^\r\n"\\]+)/dy;
const WORD = /([^\s"'\\,;&<>{}[\]()]+)/dy;
const ASSIGNED = /([^\s&;,"'\\)<>}\]]+)/dy;
const NO_VALUE = /^(?:true|false|null|undefined|none|\*{3})$/;
/** Stands for a value that somebody fills in: `?token={token}`. */
const PLACEHOLDER = /^\{[a-z]{1,32}\}$/i;

export function secretRanges(text: string): Range[] {
  return [...(SHAPE_HINT.test(text) ? shaped(text) : []), ...(NAME_HINT.test(text) ? named(text) : [])];
}

function shaped(text: string): Range[] {
  return SHAPES.flatMap((shape) => [...text.matchAll(shape)].flatMap(({ indices }) => (indices?.[1] ? [indices[1]] : [])));
}

function named(text: string): Range[] {
  const found: Range[] = [];
  // What stands inside of a secret is not looked at again: so a text of nothing but names takes no longer than another.
  let lookedTo = 0;
  for (const match of text.matchAll(NAMED)) {
    if (match.index < lookedTo) continue;
    const [whole, option, name = '', quote, between = ''] = match;
    const at = match.index + whole.length;
    const sign = between.trim();
    const ranges: Range[] = [];
    if (sign === ':') ranges.push(...behindColon(text, at, name, quote));
    else if (sign === '=') ranges.push(...assigned(text, at, name, text[match.index - 1]));
    else if (option !== undefined && isSecretName(name) && text[at] !== '-') ranges.push(...taken(WORD, text, at));
    found.push(...ranges.filter(([from, to]) => to > from));
    lookedTo = ranges.at(-1)?.[1] ?? lookedTo;
  }
  return found;
}

function assigned(text: string, at: number, name: string, before: string | undefined): Range[] {
  const secret = before === '?' || before === '&' ? isSecretParameter(name) : isSecretName(name);
  if (!secret || text[at] === '=') return [];
  return isQuote(text, at) ? taken(QUOTED, text, at, 2) : taken(ASSIGNED, text, at);
}

/** @param quote what closes the name, when it is quoted. */
function behindColon(text: string, at: number, name: string, quote: string | undefined): Range[] {
  if (!isSecretName(name)) return [];
  if (isQuote(text, at)) return taken(QUOTED, text, at, 2);
  if (text[at] === '[' || text[at] === '{') return nested(text, at, quote ?? '"');
  if (quote !== undefined) return isOftenACount(name) ? [] : inQuotes(taken(SCALAR, text, at), quote);
  if (isSecretHeader(name)) return taken(LINE, text, at);
  return isOftenASentence(name) ? [] : taken(WORD, text, at);
}

/** What was JSON is JSON afterwards: where a number stood, a string stands. */
function inQuotes(ranges: readonly Range[], quote: string): Range[] {
  return ranges.map(([from, to]) => [from, to, `${quote}***${quote}`]);
}

/** Every string and number inside of a list or an object that stands under the name of a secret. */
function nested(text: string, at: number, quote: string): Range[] {
  const found: Range[] = [];
  let depth = 0;
  let i = at;
  for (; i < text.length && i < at + NESTED_MAX; i++) {
    const character = text[i] as string;
    if ('[{'.includes(character)) depth++;
    else if (']}'.includes(character) && --depth === 0) break;
    else if (isQuote(text, i)) {
      const [range] = taken(QUOTED, text, i, 2);
      if (!range) continue;
      i = range[1] + range[0] - i - 1;
      if (!/^\s{0,4}:/.test(text.slice(i + 1, i + 6))) found.push(range);
    } else if (/\d/.test(character)) {
      const [range] = taken(SCALAR, text, i);
      found.push(...inQuotes(range ? [range] : [], quote));
      i = (range?.[1] ?? i + 1) - 1;
    }
  }
  // Nothing is at its end; it says how far was looked.
  return [...found, [i, i]];
}

function isQuote(text: string, at: number): boolean {
  return /^\\{0,3}["'`]/.test(text.slice(at, at + 4));
}

function taken(pattern: RegExp, text: string, at: number, group = 1): Range[] {
  pattern.lastIndex = at;
  const range = pattern.exec(text)?.indices?.[group];
  if (!range || range[1] <= range[0]) return [];
  const value = text.slice(...range).trim();
  const isPlaceholder = PLACEHOLDER.test(value) || (text[range[1]] === '}' && PLACEHOLDER.test(`${value}}`));
  return isPlaceholder || NO_VALUE.test(value) ? [] : [range];
}
