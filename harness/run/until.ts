// Every wait has a description and a bound. The condition is asked again after pauses that grow from one
// millisecond to 25, and at once when something was recorded.
import { startTimer, type Timer } from '../model/timer.ts';

export interface Waiting {
  withinMs: number;
  signal: AbortSignal;
  /** Wakes the wait early; returns how to stop listening. */
  wake?: (listener: () => void) => () => void;
}

export type Awaited<T> = { met: true; value: NonNullable<T>; afterMs: number } | { met: false; lastSeen: string; afterMs: number };

const PAUSE_FIRST_MS = 1;
const PAUSE_MAX_MS = 25;
/** What was waited for is seen at most a third later than it came. */
const PAUSE_GROWTH = 1.3;

/** @throws the signal's reason when it is aborted. */
export async function until<T>(condition: () => T | Promise<T>, waiting: Waiting): Promise<Awaited<T>> {
  const startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  let lastSeen = 'nothing yet';
  let pauseMs = PAUSE_FIRST_MS;
  for (;;) {
    waiting.signal.throwIfAborted();
    const leftMs = waiting.withinMs - elapsedMs();
    const seen = await ask(condition, Math.max(leftMs, 1));
    if (seen.held) return { met: true, value: seen.value, afterMs: elapsedMs() };
    if (seen.text !== undefined) lastSeen = seen.text;
    if (elapsedMs() >= waiting.withinMs) return { met: false, lastSeen, afterMs: elapsedMs() };
    await pause(Math.min(pauseMs, Math.max(1, waiting.withinMs - elapsedMs())), waiting);
    pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * PAUSE_GROWTH);
  }
}

type Seen<T> = { held: true; value: NonNullable<T> } | { held: false; text?: string };

async function ask<T>(condition: () => T | Promise<T>, leftMs: number): Promise<Seen<T>> {
  let timer: Timer | undefined;
  const late = new Promise<Seen<T>>((resolve) => {
    timer = startTimer(leftMs, () => resolve({ held: false, text: 'the condition itself gave no answer' }));
  });
  try {
    return await Promise.race([late, answer(condition)]);
  } finally {
    timer?.cancel();
  }
}

async function answer<T>(condition: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    const value = await condition();
    if (value === undefined || value === null || value === false) return { held: false, text: String(value) };
    return { held: true, value: value as NonNullable<T> };
  } catch (error) {
    return { held: false, text: error instanceof Error ? error.message : String(error) };
  }
}

function pause(forMs: number, waiting: Waiting): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stopListening?.();
      waiting.signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, forMs);
    const stopListening = waiting.wake?.(done);
    waiting.signal.addEventListener('abort', done, { once: true });
  });
}
