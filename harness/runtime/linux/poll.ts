// Asks again and again until there is an answer. The pauses are short and grow: an answer that is there at once is seen at
// once, and a long wait costs little.
import { setTimeout as pause } from 'node:timers/promises';
import { bounded } from '../../model/time/bounded.ts';

export interface Patience {
  withinMs: number;
  signal?: AbortSignal;
  pauseMsMax?: number;
}

/** The first answer that is not undefined; undefined when the bound passed or the signal was aborted. */
export async function poll<T>(ask: () => T | undefined | Promise<T | undefined>, patience: Patience): Promise<T | undefined> {
  const { withinMs, signal, pauseMsMax = 20 } = patience;
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || signal?.aborted) return undefined;
    await pause(Math.min(pauseMs, leftMs), undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/** Whether the promise settled as fulfilled within the bound. @throws what it rejects with. */
export async function settlesWithin(promise: Promise<unknown>, withinMs: number): Promise<boolean> {
  return (await bounded(promise, { withinMs })).state === 'done';
}
