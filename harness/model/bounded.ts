// A promise against a timer. The timer and the listener on the signal end with the waiting, whichever way it ends, and
// what the promise does afterwards is nobody's unhandled rejection.

interface Bound {
  withinMs: number;
  /** Ends the waiting early. */
  signal?: AbortSignal;
}

/** `late`: the bound has passed; `aborted`: the signal came first. */
export type Bounded<T> = { state: 'done'; value: T } | { state: 'late' } | { state: 'aborted' };

/** What fires later than this fires at once (setTimeout's own limit, 2^31 - 1). */
const WITHIN_MS_MAX = 2_147_483_647;

/**
 * Nothing here stops the work itself: the caller ends what did not come in time.
 * @throws what the promise rejects with, if it does so in time.
 */
export function bounded<T>(promise: Promise<T>, { withinMs, signal }: Bound): Promise<Bounded<T>> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    const end = (outcome: Bounded<T>): void => {
      over();
      resolve(outcome);
    };
    const aborted = (): void => end({ state: 'aborted' });
    const timer = setTimeout(() => end({ state: 'late' }), Math.min(withinMs, WITHIN_MS_MAX));
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted) aborted();
    promise.then(
      (value) => end({ state: 'done', value }),
      (error: unknown) => {
        over();
        reject(error as Error);
      },
    );
  });
}
