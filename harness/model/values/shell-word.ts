// One word of a command line for people to paste: quoted for a POSIX shell (XCU 2.2.2, single quotes) where it needs to be.

export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
