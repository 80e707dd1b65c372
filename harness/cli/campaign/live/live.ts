// A long run while it goes on: how far it is, what is running, the time that is left. On a terminal that is one line at the bottom, drawn
// anew each second. Elsewhere cases that passed are told in one line a second at most, and what goes on for long in one line each half
// minute. What somebody must look at is told at once, everywhere.
import { alsoWords, statusWords, type Progress, type Row } from './live-words.ts';

export interface LiveStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface Live extends Disposable {
  say(line: string): void;
  begun(name: string): void;
  ended(name: string): void;
  /** @param lines what is said of it; `quiet`: nobody must look at it */
  row(row: Row, lines: readonly string[], quiet: boolean): void;
}

interface LiveSettings {
  total: number;
  jobs: number;
  /** How long a case is expected to take, in ms, where it was run before. */
  expectedMs: (name: string) => number | undefined;
  /** All cases, by their names; one that is planned twice stands here twice. */
  planned: readonly string[];
  now?: () => number;
}

const EACH_MS = 1_000;
const STATUS_EACH_MS = 30_000;
/** Of a terminal that does not say how wide it is, or says 0. */
const COLUMNS = 80;

export function liveOn(stream: LiveStream, settings: LiveSettings): Live {
  const now = settings.now ?? ((): number => performance.now());
  const progress: Progress = { ...settings, done: 0, failed: 0, running: [], waiting: [...settings.planned], endedMs: [] };
  const screen = screenOn(stream, now);
  const held: { row: Row; line: string }[] = [];
  const draw = (): void => {
    if (screen.isTerminal && settings.total > 1) screen.draw(statusWords(progress, now()));
  };
  const flush = (): void => {
    const last = held.pop();
    if (last) screen.line(`${last.line}${alsoWords(held.map(({ row }) => row))}`);
    held.length = 0;
  };
  const tick = (): void => {
    if (held.length > 0 && screen.quietMs() >= EACH_MS) flush();
    else if (!screen.isTerminal && progress.running.length > 0 && screen.quietMs() >= STATUS_EACH_MS)
      screen.line(statusWords(progress, now()));
    draw();
  };
  const timer = setInterval(tick, EACH_MS);
  timer.unref();

  return {
    say(text) {
      flush();
      screen.line(text);
      draw();
    },
    begun(name) {
      progress.running.push({ name, sinceMs: now() });
      const at = progress.waiting.indexOf(name);
      if (at !== -1) progress.waiting.splice(at, 1);
    },
    ended(name) {
      const at = progress.running.findIndex((each) => each.name === name);
      const [run] = at === -1 ? [] : progress.running.splice(at, 1);
      if (run) progress.endedMs.push(now() - run.sinceMs);
    },
    row(row, lines, quiet) {
      progress.done += 1;
      if (!quiet && row.word === 'FAIL') progress.failed += 1;
      const isSoon = screen.hasSaid() && screen.quietMs() < EACH_MS;
      if (!screen.isTerminal && quiet && lines.length === 1 && isSoon) held.push({ row, line: lines[0] ?? '' });
      else {
        flush();
        lines.forEach((text) => screen.line(text));
      }
      draw();
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      flush();
      screen.clear();
    },
  };
}

interface Screen {
  readonly isTerminal: boolean;
  /** In place of the status, which is drawn anew below it. */
  line(text: string): void;
  draw(status: string): void;
  clear(): void;
  hasSaid(): boolean;
  /** Since the last line, or since the beginning. */
  quietMs(): number;
}

const CLEAR = '\r\u001b[2K';

function screenOn(stream: LiveStream, now: () => number): Screen {
  let hasStatus = false;
  let hasSaid = false;
  let sinceMs = now();
  const clear = (): void => {
    if (hasStatus) stream.write(CLEAR);
    hasStatus = false;
  };
  return {
    isTerminal: stream.isTTY === true,
    line(text) {
      clear();
      stream.write(`${text}\n`);
      hasSaid = true;
      sinceMs = now();
    },
    draw(status) {
      clear();
      stream.write(status.slice(0, (stream.columns || COLUMNS) - 1));
      hasStatus = true;
    },
    clear,
    hasSaid: () => hasSaid,
    quietMs: () => now() - sinceMs,
  };
}
