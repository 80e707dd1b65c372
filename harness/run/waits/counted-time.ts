// The time that counts against the bound of a script. It stands still while something goes on that has a bound of its own.
import { bounded, type Bounded } from '../../model/time/bounded.ts';
import { startTimer, type Timer } from '../../model/time/timer.ts';

export interface CountedTime {
  /** What `act` takes does not count. Several may go on at once. */
  aside<T>(act: () => Promise<T>): Promise<T>;
  /** As `bounded`, with `withinMs` of time that counts. */
  within<T>(promise: Promise<T>, bound: { withinMs: number; signal: AbortSignal }): Promise<Bounded<T>>;
}

/** Begins to count at once. */
export function countedTime(): CountedTime {
  let countedMs = 0;
  let sinceMs = performance.now();
  let aside = 0;
  const listeners = new Set<() => void>();
  const spentMs = (): number => countedMs + (aside > 0 ? 0 : performance.now() - sinceMs);

  const step = (by: 1 | -1): void => {
    countedMs = spentMs();
    sinceMs = performance.now();
    aside += by;
    for (const listener of listeners) listener();
  };

  /** Called once, when so much time has counted. */
  const whenSpent = (ms: number, then: () => void): (() => void) => {
    let timer: Timer | undefined;
    const wait = (): void => {
      timer?.cancel();
      timer = aside > 0 ? undefined : startTimer(ms - spentMs(), then);
    };
    wait();
    listeners.add(wait);
    return () => {
      listeners.delete(wait);
      timer?.cancel();
    };
  };

  return {
    async aside(act) {
      step(1);
      try {
        return await act();
      } finally {
        step(-1);
      }
    },
    async within(promise, { withinMs, signal }) {
      const late = new AbortController();
      const stop = whenSpent(spentMs() + withinMs, () => late.abort());
      try {
        const ended = await bounded(promise, { withinMs: Infinity, signal: AbortSignal.any([signal, late.signal]) });
        return ended.state === 'aborted' && !signal.aborted ? { state: 'late' } : ended;
      } finally {
        stop();
      }
    },
  };
}
