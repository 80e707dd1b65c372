// What shows that a toxic of Toxiproxy's has acted, and whether it can have an effect at all. A step without an effect has
// not fired.
import type { LinkFault } from '../../model/faults/fault.ts';
import type { HitSeenIn } from '../../model/faults/link/base/link-fault-type.ts';
import { typeOf } from '../../model/faults/link/table.ts';

/** Undefined for a fault that Toxiproxy does not carry. */
export function hitSeenIn(fault: LinkFault): HitSeenIn | undefined {
  const { toxiproxy } = typeOf(fault);
  return 'lacks' in toxiproxy ? undefined : toxiproxy.hitSeenIn;
}

/** It tells of no effect, so what can have none is known from the fault's numbers alone. */
export function canBeFelt(fault: LinkFault): boolean {
  const { toxiproxy } = typeOf(fault);
  return !('lacks' in toxiproxy) && toxiproxy.canBeFelt(fault);
}
