// What a script did last may still be on its way to a fault when the script ends. Lifting the fault at once would let it
// pass unharmed, and the case would prove nothing for want of some milliseconds.
import { until } from '../waits/until.ts';
import type { Stage } from './stage.ts';

const WAIT_MS = 1_000;

/**
 * Waits until every armed step has fired as often as it must, for a second at most unless it says otherwise. A step that is still due then
 * is vacuous. @param also steps that are waited for until they have fired once, though they need not
 */
export async function lastFirings({ faults, recorder, signal }: Stage, withinMs = WAIT_MS, also: readonly string[] = []): Promise<void> {
  const isDue = (): boolean => faults.due(also).length > 0;
  if (isDue()) await until(() => !isDue(), { withinMs, signal, wake: (listener) => recorder.subscribe(listener) });
}
