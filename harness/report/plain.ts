// Text that a terminal may show. Captured text is hostile and may have no end. Control characters never reach the terminal,
// nor do marks that turn the direction of writing (CVE-2021-42574). Long text is cut and says by how much.
import { stripVTControlCharacters } from 'node:util';

const LINES_MAX = 16;
const WIDTH_MAX = 400;

/** Tabs and line ends stay. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
}

/** At most so many lines of so many characters each; what was cut is said in place of it. */
export function bounded(text: string, linesMax = LINES_MAX, widthMax = WIDTH_MAX): string {
  const lines = plain(text).split('\n');
  const shown = lines.slice(0, linesMax).map((line) => cutAt(line, widthMax));
  const left = lines.length - shown.length;
  return [...shown, ...(left > 0 ? [`… ${left} more line(s)`] : [])].join('\n');
}

/** For places that hold one line. */
export function oneLine(text: string, widthMax = WIDTH_MAX): string {
  return cutAt(plain(text).replaceAll(/\s*\n\s*/g, ' '), widthMax);
}

/** Never between the halves of a surrogate pair. */
function cutAt(line: string, widthMax: number): string {
  if (line.length <= widthMax) return line;
  const shown = line.slice(0, widthMax).replace(/[\ud800-\udbff]$/, '');
  return `${shown}… (${line.length - shown.length} more characters)`;
}
