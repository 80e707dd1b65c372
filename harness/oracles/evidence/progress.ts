// The last sign of movement in a stretch of time. What counts as one is said in model/judging/movement.ts.
import type { History } from '../../model/judging/history.ts';
import { movement } from '../../model/judging/movement.ts';
import type { Link } from '../../model/system/link.ts';

export interface Progress {
  seq: number;
  atMs: number;
  what: string;
}

interface Watch {
  links: readonly Link[];
  fromMs: number;
  toMs: number;
  /** The script itself is what is waited for: the answers that it gets are steps of it. */
  ofScript: boolean;
}

/** The last sign of movement after `fromMs` and not after `toMs`. */
export function lastProgress(history: History, { links, fromMs, toMs, ofScript }: Watch): Progress | undefined {
  const moved = movement(links, ofScript);
  let last: Progress | undefined;
  for (const event of history) {
    if (event.atMs > toMs) break;
    const what = moved(event);
    if (what !== undefined && event.atMs > fromMs) last = { seq: event.seq, atMs: event.atMs, what };
  }
  return last;
}
