// A command line as words, where it needs no shell; otherwise a shell runs it, as it does by hand.
const NEEDS_SHELL = /[$`&|;<>()*?~\n]|^\s*#/;
const WORD = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/g;

export interface CommandLine {
  /** Variables that stand before the command. */
  env: Readonly<Record<string, string>>;
  words: readonly string[];
}

export function commandLine(line: string): CommandLine {
  const words = NEEDS_SHELL.test(withoutQuoted(line)) || !isBalanced(line) ? undefined : (line.match(WORD) ?? []).map(unquoted);
  if (words === undefined) return { env: {}, words: ['sh', '-c', line] };
  const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const before = first === -1 ? [] : words.slice(0, first);
  const env = Object.fromEntries(before.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  return { env, words: first === -1 ? words : words.slice(first) };
}

/** What stands in single quotes is taken as it is; a dollar in double quotes is not. */
function withoutQuoted(line: string): string {
  return line.replaceAll(/'[^']*'/g, '').replaceAll(/"((?:[^"\\$`]|\\.)*)"/g, '');
}

function isBalanced(line: string): boolean {
  return line.replaceAll(WORD, '').trim() === '';
}

function unquoted(word: string): string {
  return word.replaceAll(
    /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"/g,
    (_whole, escaped?: string, single?: string, double?: string) => escaped ?? single ?? (double ?? '').replaceAll(/\\(["\\$`])/g, '$1'),
  );
}
