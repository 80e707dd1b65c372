// A text as lines of a given width, broken between words where there are some.

/** At most so many lines; what does not fit ends in a mark. */
export function wrapped(text: string, width: number, linesMax: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest !== '' && lines.length < linesMax) {
    if (rest.length <= width) {
      lines.push(rest);
      return lines;
    }
    const space = rest.lastIndexOf(' ', width);
    const at = space > width / 2 ? space : width;
    lines.push(rest.slice(0, at).trimEnd().toWellFormed());
    rest = rest.slice(at).trimStart();
  }
  const last = lines.pop();
  if (last !== undefined) lines.push(rest === '' ? last : `${last.slice(0, width - 1)}…`.toWellFormed());
  return lines;
}
