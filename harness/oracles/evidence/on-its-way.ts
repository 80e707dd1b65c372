// Whether a fault may still hold bytes that it will hand on by itself. Then the fault server works while all others sleep.
// The history does not say when the fault is done, so its link must have been quiet for as long as the fault can take.
import type { LinkFault, LinkStep } from '../../model/faults/fault.ts';
import type { History } from '../../model/judging/history.ts';

/** Beside its own delay, what a fault server takes that has to wait for a processor. */
const QUIET_MIN_MS = 2_000;

export function mayHoldBytes(history: History, { link, id, fault }: LinkStep, atMs: number): boolean {
  const heldMs = heldFor(fault);
  if (heldMs === 0) return false;
  const last = history.findLast(
    (event) =>
      event.atMs <= atMs &&
      (((event.kind === 'frame' || event.kind === 'connection') && event.link === link) ||
        (event.kind === 'fault' && event.step === id && event.state === 'fired')),
  );
  return last !== undefined && atMs - last.atMs < heldMs + QUIET_MIN_MS;
}

/** How long it holds bytes back at most; Infinity where that hangs on how many there are, 0 where they pass or are lost at once. */
function heldFor(fault: LinkFault): number {
  switch (fault.kind) {
    case 'bandwidth':
    case 'slow-reader':
    case 'slice':
      return Infinity;
    case 'split':
      return (fault.delayUs ?? 0) > 0 ? Infinity : 1;
    case 'split-utf8':
      return 1;
    default:
      return delayOf(fault);
  }
}

/** The wait that a fault asks for itself, in milliseconds. */
export function delayOf(fault: LinkFault): number {
  switch (fault.kind) {
    case 'latency':
      return fault.delayMs + (fault.jitterMs ?? 0);
    case 'stall':
      return fault.forMs ?? 0;
    case 'slow-close':
      return fault.delayMs;
    case 'timeout':
    case 'reset':
      return fault.afterMs ?? 0;
    case 'coalesce':
      return fault.withinMs;
    default:
      return 0;
  }
}
