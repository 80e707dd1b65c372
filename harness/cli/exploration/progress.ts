// What goes on, now and then, so that nobody has to ask whether anything does.

const EVERY_MS = 10_000;

export interface Progress extends Disposable {
  /** From now on. @param words what is said of it: where it stands then */
  doing(words: () => string): void;
}

/** @param say on stderr: results are on stdout */
export function progressOn(say: (line: string) => void, everyMs = EVERY_MS): Progress {
  let words: (() => string) | undefined;
  const timer = setInterval(() => {
    if (words) say(words());
  }, everyMs);
  timer.unref();
  return {
    doing(next) {
      words = next;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** `42 s of 90 s`, `5 s of 10 min`. */
export function timeOf(spentMs: number, budgetMs: number): string {
  return `${inTime(spentMs)} of ${inTime(budgetMs)}`;
}

/** `42 s`, `3.5 min`, `2 h`. */
export function inTime(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  const minutes = ms / 60_000;
  return minutes < 120 ? `${Number(minutes.toFixed(1))} min` : `${Number((minutes / 60).toFixed(1))} h`;
}
