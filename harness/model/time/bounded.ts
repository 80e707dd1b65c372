// A promise against a timer. When the waiting ends in any way, the timer and the listener on the signal end with it. If the
// promise rejects after that, the rejection counts as handled.
import { startTimer } from './timer.ts';

interface Bound {
  withinMs: number;
  /** Ends the waiting early. */
  signal?: AbortSignal;
}

/** `late`: the bound has passed; `aborted`: the signal came first. */
export type Bounded<T> = { state: 'done'; value: T } | { state: 'late' } | { state: 'aborted' };

/**
 * Nothing here stops the work itself: the caller ends what did not come in time.
 * @throws what the promise rejects with, if it does so in time.
 */
export function bounded<T>(promise: Promise<T>, { withinMs, signal }: Bound): Promise<Bounded<T>> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', aborted);
    };
    const end = (outcome: Bounded<T>): void => {
      over();
      resolve(outcome);
    };
    const aborted = (): void => end({ state: 'aborted' });
    const timer = startTimer(withinMs, () => end({ state: 'late' }));
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
