// Secrets never reach the disk. A secret is a value that the run was configured with, or whatever stands in a usual place
// for secrets: token=..., "password":"...", Authorization and Cookie headers. Every string of every event is checked, so
// one scan decides whether there is anything to replace.

const MASK = '***';
/** Shorter configured values would blot out ordinary words. */
const VALUE_LENGTH_MIN = 4;

const NAME = String.raw`(?:[\w-]{0,40}[_-])?(?:access|refresh|auth|id|session|bearer)?[_-]?(?:tokens?|secret|passw(?:or)?d|passphrase|api[_-]?key|private[_-]?key|credentials?|hmac|nonce|cookie|authorization)`;
const SECRET_NAME = new RegExp(`^${NAME}$`, 'i');
/** Any word that one of the patterns below needs. */
const SUSPICIOUS = /token|secret|passw|passphrase|key|credential|hmac|nonce|cookie|authorization|bearer/i;

/** A quotation mark, or one inside a JSON string inside a JSON string. */
const QUOTE = String.raw`\\{0,3}["']`;
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // "token":"abc", \"token\":\"abc\", token: 'abc'
  [
    new RegExp(String.raw`((?:${QUOTE})?\b${NAME}(?:${QUOTE})?\s{0,4}:\s{0,4})(${QUOTE})(?:\\{3}["']|(?!\2)(?:\\.|[^\\\n"]))*(?=\2)`, 'gi'),
    `$1$2${MASK}`,
  ],
  // Authorization: Bearer abc, Cookie: a=b; c=d, X-Api-Key: abc; up to the end of the line, also of an escaped one
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,30}(?:token|key|secret))(\s{0,4}:\s{0,4})(?![\s"'\\])[^\r\n"\\]+/gi,
    `$1$2${MASK}`,
  ],
  // ?token=abc, TOKEN=abc, --token=abc
  [new RegExp(String.raw`(\b${NAME}\s?=\s?)(?!=)(?:"[^"\n]*"|'[^'\n]*'|[^\s&;,"'\\)]+)`, 'gi'), `$1${MASK}`],
  // --token abc
  [new RegExp(String.raw`(--${NAME}\s)(?!-)[^\s"',\]]+`, 'gi'), `$1${MASK}`],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${MASK}`],
];

/**
 * Replaces these values, and everything that looks like a secret, by `***`. Given the name under which the text
 * stands (a JSON key, a variable), that is judged too. What was JSON is JSON afterwards.
 */
export function redactor(values: readonly string[] = []): (text: string, name?: string) => string {
  const known = valuePattern(values);
  return (text, name) => {
    if (name !== undefined && SUSPICIOUS.test(name) && SECRET_NAME.test(name)) return MASK;
    const rest = known ? text.replace(known, MASK) : text;
    return SUSPICIOUS.test(rest) ? PATTERNS.reduce((masked, [pattern, by]) => masked.replace(pattern, by), rest) : rest;
  };
}

/** Each value as it is, as in a URL, as in JSON and as in base64; the longest first, for one may hold another. */
function valuePattern(values: readonly string[]): RegExp | undefined {
  const forms = values
    .filter((value) => value.length >= VALUE_LENGTH_MIN)
    .flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), base64(value)]);
  const once = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  return once.length === 0
    ? undefined
    : new RegExp(once.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|'), 'g');
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64').replace(/=+$/, '');
}
