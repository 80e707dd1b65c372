// Whether a toxic of Toxiproxy's can have an effect at all. A step without one has not fired.
import type { LinkFault } from '../../model/faults/fault.ts';

/** Toxiproxy moves at most so many bytes in one go. */
const CHUNK_BYTES = 32 * 1024;

/** It tells of no effect, so what can have none is known from the fault's numbers alone. */
export function canBeFelt(fault: LinkFault): boolean {
  switch (fault.kind) {
    case 'latency':
      return fault.delayMs + (fault.jitterMs ?? 0) >= 1;
    case 'slow-close':
      return fault.delayMs >= 1;
    case 'bandwidth':
      return CHUNK_BYTES / fault.rateKBps >= 0.5;
    case 'slice':
      return fault.averageSize < CHUNK_BYTES;
    default:
      return true;
  }
}
