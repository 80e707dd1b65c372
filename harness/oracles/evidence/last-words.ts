// Which part of a dead program's output says why it died: the line of the error and what stands around it. Node and Go
// print that line above a stack, which may be long. Python prints it below one. That output is the
// program's own text, which has no fields, so it is searched with expressions.

export interface LastWords {
  /** The error's own line, trimmed. */
  error?: string;
  /** Indices of the lines to quote, in order; a gap between two of them is one that was left out. */
  quoted: readonly number[];
}

const ERROR =
  /^\s*(?:Uncaught )?(?:Exception in thread ".*" )?(?:[\w.$]*(?:Error|Exception)\b(?:.*:.*|$)|panic: |thread '.*' panicked at|fatal\b|Fatal Python error|terminate called|\[?UnhandledPromiseRejection|Segmentation fault|==\d+==ERROR: )/i;
/** Lines that runtimes print below an error, or above it in Python. */
const STACK = /^\s+at \S|^\s+File ".*", line \d+|^\s+\.{3} \d+ more|^goroutine \d+|^\t\S.*:\d+ \+0x/;
const ABOVE_MAX = 3;

/** At most `linesMax` of the last lines of a program, and among them the error's own with what follows it. */
export function lastWords(lines: readonly string[], linesMax: number): LastWords {
  const at = errorIn(lines);
  const first = Math.max(0, lines.length - linesMax);
  if (at === undefined) return { quoted: indices(first, lines.length) };
  const error = (lines[at] as string).trim();
  if (at >= first) return { error, quoted: indices(first, lines.length) };
  const half = Math.ceil(linesMax / 2);
  const from = Math.max(0, at - Math.min(ABOVE_MAX, half - 1));
  return { error, quoted: [...indices(from, from + half), ...indices(lines.length - (linesMax - half), lines.length)] };
}

/** The last line that looks like one: where some are indented, as nested errors are, the last that is not. */
function errorIn(lines: readonly string[]): number | undefined {
  const found = indices(0, lines.length).filter((index) => ERROR.test(lines[index] as string) && !isStack(lines[index]));
  return found.findLast((index) => !/^\s/.test(lines[index] as string)) ?? found.at(-1) ?? aboveStack(lines);
}

/** An error of a name that we do not know still stands above its stack. */
function aboveStack(lines: readonly string[]): number | undefined {
  const bottom = lines.findLastIndex(isStack);
  const above = lines.findLastIndex((line, index) => index < bottom && !isStack(line) && line.trim() !== '');
  return bottom > 0 && above >= 0 ? above : undefined;
}

function isStack(line: string | undefined): boolean {
  return line !== undefined && STACK.test(line);
}

function indices(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, offset) => from + offset);
}
