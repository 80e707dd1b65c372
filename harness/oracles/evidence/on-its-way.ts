// Whether a fault may still hold bytes that it will hand on by itself. Then the fault server works while all others sleep.
// The history does not say when the fault is done, so its link must have been quiet for as long as the fault can take. --
import type { LinkStep } from '../../model/faults/fault.ts';
import { typeOf } from '../../model/faults/link/table.ts';
import type { History } from '../../model/judging/history.ts';

/** Beside its own delay, what a fault server takes that has to wait for a processor. */
const QUIET_MIN_MS = 2_000;

export function mayHoldBytes(history: History, { link, id, fault }: LinkStep, atMs: number): boolean {
  const heldMs = typeOf(fault).heldMs(fault);
  if (heldMs === 0) return false;
  const last = history.findLast(
    (event) =>
      event.atMs <= atMs &&
      (((event.kind === 'frame' || event.kind === 'connection') && event.link === link) ||
        (event.kind === 'fault' && event.step === id && event.state === 'fired')),
  );
  return last !== undefined && atMs - last.atMs < heldMs + QUIET_MIN_MS;
}
