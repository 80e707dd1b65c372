// How an exact write waits. A reader answers in microseconds, so it first looks again and again for a very short while.
// Then it lets the event loop turn, so that other connections live, and later it sleeps between looks. It ends at its
// deadline, when it is told to, or when the socket goes.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { getSystemErrorName } from 'node:util';
import { isPeerGone } from './kernel.ts';

/** What a look found: done, not yet, or a negative errno. */
export type Look = number;
export const DONE = 1;
export const NOT_YET = 0;

export type Stop = { because: 'peer-closed' } | { because: 'deadline' } | { because: 'aborted' } | { because: 'error'; error: string };

const SPIN_MS_MAX = 0.15;
const SPIN_MS_MIN = 0.004;
/** The longest time the event loop is kept, also while everything goes well. */
const HOLD_MS_MAX = 1;
/** Turns without success before sleeping between looks. */
const BUSY_MS_MAX = 2;
/** Within this a rest notices that it was called off. */
const REST_MS_MAX = 20;

export interface TurnOptions {
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** Asked after each pause, since only then can the socket have changed under us. */
  check: () => Stop | undefined;
}

export class Turn {
  readonly #deadline: number;
  readonly #signal: AbortSignal | undefined;
  readonly #check: () => Stop | undefined;
  #heldSince = performance.now();
  #spinMs = SPIN_MS_MAX;

  constructor(options: TurnOptions) {
    this.#deadline = performance.now() + options.deadlineMs;
    this.#signal = options.signal;
    this.#check = options.check;
  }

  /** Looks until done; undefined means done. */
  async until(look: () => Look): Promise<Stop | undefined> {
    if (performance.now() - this.#heldSince > HOLD_MS_MAX) {
      const stop = await this.#pause(0);
      if (stop !== undefined) return stop;
    }
    const began = performance.now();
    const spun = this.#spin(look, began);
    if (spun !== NOT_YET) return settled(spun);
    for (;;) {
      const stop = await this.#pause(performance.now() - began > BUSY_MS_MAX ? 1 : 0);
      if (stop !== undefined) return stop;
      const found = look();
      if (found === NOT_YET) continue;
      // Success right after a pause means that spinning was in the reader's way: perhaps it lives in this process.
      this.#spinMs = Math.max(SPIN_MS_MIN, this.#spinMs / 2);
      return settled(found);
    }
  }

  /** Waits at least this long. */
  async rest(us: number): Promise<Stop | undefined> {
    const end = performance.now() + us / 1000;
    for (let left = us / 1000; left > 0; left = end - performance.now()) {
      const stop = await this.#pause(left > 1 ? Math.min(left - 1, REST_MS_MAX) : 0);
      if (stop !== undefined) return stop;
    }
    return undefined;
  }

  #spin(look: () => Look, began: number): Look {
    let found = look();
    if (found !== NOT_YET) return found;
    const end = began + this.#spinMs;
    while (found === NOT_YET && performance.now() < end) found = look();
    if (found !== NOT_YET) this.#spinMs = Math.min(SPIN_MS_MAX, this.#spinMs * 2);
    return found;
  }

  async #pause(ms: number): Promise<Stop | undefined> {
    await (ms > 0 ? sleep(ms) : nextTurn());
    this.#heldSince = performance.now();
    if (this.#signal?.aborted === true) return { because: 'aborted' };
    return this.#check() ?? (this.#heldSince >= this.#deadline ? { because: 'deadline' } : undefined);
  }
}

function settled(found: Look): Stop | undefined {
  if (found >= 0) return undefined;
  return isPeerGone(found) ? { because: 'peer-closed' } : { because: 'error', error: getSystemErrorName(found) };
}
