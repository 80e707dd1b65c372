// Every wait has a description and a bound. The condition is asked again after pauses that grow from one millisecond to 50,
// and at once when something was recorded. The second happens ten times at most: a condition that asks the system makes
// events, and these would wake it without end.
import type { Met } from '../../model/scenario.ts';
import { bounded } from '../../model/time/bounded.ts';

export interface Waiting {
  withinMs: number;
  signal: AbortSignal;
  /** Wakes the wait early; returns how to stop listening. */
  wake?: (listener: () => void) => () => void;
}

export type Awaited<T> = { met: true; value: Met<T>; afterMs: number } | { met: false; lastSeen: string; afterMs: number };

const PAUSE_FIRST_MS = 1;
const PAUSE_MAX_MS = 50;
const WAKES_MAX = 10;
/** A last look that took longer has something to say itself. */
const LOOK_LONG_MS = 1_000;
/** What was waited for is seen at most a third later than it came. */
const PAUSE_GROWTH = 1.3;

/** @throws the signal's reason when it is aborted. */
export async function until<T>(condition: () => T | Promise<T>, waiting: Waiting): Promise<Awaited<T>> {
  const startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  let lastSeen: string | undefined;
  let pauseMs = PAUSE_FIRST_MS;
  let wakes = 0;
  for (;;) {
    waiting.signal.throwIfAborted();
    const askedMs = elapsedMs();
    const seen = await ask(condition, Math.max(waiting.withinMs - askedMs, 1));
    if (seen.held) return { met: true, value: seen.value, afterMs: elapsedMs() };
    lastSeen = seen.text ?? withoutAnswer(lastSeen, elapsedMs() - askedMs);
    if (elapsedMs() >= waiting.withinMs) return { met: false, lastSeen, afterMs: elapsedMs() };
    const woken = await pause(Math.min(pauseMs, Math.max(1, waiting.withinMs - elapsedMs())), waiting, wakes < WAKES_MAX);
    if (woken) wakes++;
    pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * PAUSE_GROWTH);
  }
}

/** The bound has cut the last look short: what was seen before it stays. */
function withoutAnswer(before: string | undefined, lookedMs: number): string {
  if (before === undefined) return 'the condition itself gave no answer';
  return lookedMs < LOOK_LONG_MS ? before : `${before}; asked again, no answer in ${Math.round(lookedMs)} ms`;
}

/** Without `text` it gave no answer in time. */
type Seen<T> = { held: true; value: Met<T> } | { held: false; text?: string };

async function ask<T>(condition: () => T | Promise<T>, leftMs: number): Promise<Seen<T>> {
  const asked = await bounded(answer(condition), { withinMs: leftMs });
  return asked.state === 'done' ? asked.value : { held: false };
}

async function answer<T>(condition: () => T | Promise<T>): Promise<Seen<T>> {
  try {
    const value = await condition();
    if (value === undefined || value === null || value === false) return { held: false, text: String(value) };
    return { held: true, value: value as Met<T> };
  } catch (error) {
    return { held: false, text: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether something woke it before its time. */
function pause(forMs: number, waiting: Waiting, mayWake: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (woken: boolean): void => {
      clearTimeout(timer);
      stopListening?.();
      waiting.signal.removeEventListener('abort', aborted);
      resolve(woken);
    };
    const aborted = (): void => end(false);
    const timer = setTimeout(() => end(false), forMs);
    const stopListening = mayWake ? waiting.wake?.(() => end(true)) : undefined;
    waiting.signal.addEventListener('abort', aborted, { once: true });
  });
}
