// What looks like a secret wherever it stands: keys of well-known services, tokens, private keys, a password inside a URL.

/** Each with its own first characters, so that ordinary words never begin so. Their sources are the pages of these services. */
const TOKENS = [
  String.raw`gh[pousr]_[A-Za-z0-9]{16,}`,
  String.raw`github_pat_\w{16,}`,
  String.raw`glpat-[\w-]{16,}`,
  String.raw`sk-[\w-]{16,}`,
  String.raw`[rs]k_(?:live|test)_\w{8,}`,
  String.raw`whsec_\w{8,}`,
  String.raw`A[KS]IA[0-9A-Z]{12,}`,
  String.raw`xox[a-z]-[\w-]{8,}`,
  // A JSON Web Token begins with {" in base64 (RFC 7519).
  String.raw`eyJ[\w-]{8,}(?:\.[\w-]+){0,4}`,
  String.raw`npm_[A-Za-z0-9]{16,}`,
  String.raw`pypi-[\w-]{16,}`,
  String.raw`AIza[\w-]{20,}`,
  String.raw`hf_[A-Za-z0-9]{16,}`,
  String.raw`SG\.[\w-]{16,}(?:\.[\w-]+)?`,
  String.raw`ya29\.[\w-]{16,}`,
];

/** The value itself is group 1. Every repetition ends at a character that cannot begin another match, so time is linear. */
export const SHAPES: readonly RegExp[] = [
  new RegExp(String.raw`(?<![A-Za-z0-9])(${TOKENS.join('|')})`, 'dg'),
  // To the end of the text where its own end is missing: a piece of a log, a frame that was cut.
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----([^]*?)(?=-----END|$(?![^]))/dg,
  // scheme://user:password@host, and scheme://token@host
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#:@"'<>\\]{0,256}:([^\s/?#"'<>\\]{1,256})@/dgi,
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/?#:@"'<>\\]{16,256})@/dgi,
  /\b(?:Bearer|Basic)\s{1,4}([\w.~+/=-]{6,})/dgi,
];

/** One regular expression that is true of whatever one of the shapes is true of. */
export const SHAPE_HINT =
  /gh[pousr]_|github_pat_|glpat-|sk-|[rs]k_|whsec_|A[KS]IA|xox|eyJ|npm_|pypi-|AIza|hf_|SG\.|ya29|PRIVATE KEY|:\/\/|bearer|basic/i;

const LINE_LENGTH_MIN = 16;
const RANDOM_LENGTH_MIN = 20;
/** Bits for a character: names and sentences are below, random hex digits are near 3.7, random base64 is above 4. */
const RANDOM_BITS_MIN = 3;
/** Small letters, capitals and digits take turns in what is random: in `gpt-4o-mini-2024-07-18` they do four times. */
const RANDOM_TURNS_MIN = 0.25;

/** Whether a variable's value is a secret by itself. Paths, numbers, versions and lists are none. */
export function looksSecret(value: string): boolean {
  return SHAPES.some((shape) => value.search(shape) >= 0) || looksRandom(value);
}

export function looksRandom(value: string): boolean {
  const isWord = /^[\w+=.~-]+$/.test(value) || /^(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/]+={0,2}$/.test(value);
  if (value.length < RANDOM_LENGTH_MIN || !isWord || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const turns = value.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|\d(?=[A-Za-z])/g)?.length ?? 0;
  return turns >= value.length * RANDOM_TURNS_MIN && entropyOf(value) >= RANDOM_BITS_MIN;
}

/** What is secret of a value, and may stand elsewhere without the rest: a password of a URL, each line of a key. */
export function secretsWithin(value: string): string[] {
  const [, password = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:([^\s/?#]+)@/i.exec(value) ?? [];
  const lines = value.includes('\n') ? value.split('\n').filter((line) => line.length >= LINE_LENGTH_MIN && !line.startsWith('-----')) : [];
  return [...new Set([password, decoded(password), ...lines])].filter(Boolean);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function entropyOf(text: string): number {
  const shares = [...Map.groupBy(text, (character) => character).values()].map(({ length }) => length / text.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
