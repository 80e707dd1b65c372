// Captured text in messages for people. One line of a program can be longer than anybody can read. The middle is cut out,
// because the beginning and the end matter most. The text says how much was cut out.

const LINE_CHARACTERS_MAX = 1_000;
const LINES_MAX = 120;
const TEXT_CHARACTERS_MAX = 20_000;

/** Bounds each line and the whole text. */
export function boundedText(text: string): string {
  const lines = text.split('\n').map((line) => boundedLine(line));
  const tail = Math.floor(LINES_MAX / 3);
  const leftOut = lines.length - LINES_MAX;
  const shown = leftOut > 0 ? [...lines.slice(0, LINES_MAX - tail), `[… ${leftOut} lines …]`, ...lines.slice(-tail)] : lines;
  return boundedLine(shown.join('\n'), TEXT_CHARACTERS_MAX);
}

export function boundedLine(line: string, charactersMax = LINE_CHARACTERS_MAX): string {
  if (line.length <= charactersMax) return line;
  const mark = ` [… ${line.length.toLocaleString('en-US')} characters in all …] `;
  const kept = charactersMax - mark.length;
  const tail = Math.floor(kept / 3);
  return `${line.slice(0, kept - tail)}${mark}${line.slice(-tail)}`.toWellFormed();
}
