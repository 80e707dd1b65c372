// How often a step may fire, as far as it decides that itself.
import type { Step } from './fault.ts';
import { typeOf } from './link/table.ts';

/** What is wrong with the counts of a step, in words. */
export function countProblem(step: Step): string | undefined {
  const { mustFire, firesAtMost } = step;
  const ownMax = firingsMax(step);
  if (mustFire > ownMax) return `it fires ${timesInWords(ownMax)} at most, and must fire ${mustFire} times: give it times`;
  if (firesAtMost === undefined) return undefined;
  if (firesAtMost < mustFire) return `it must fire ${mustFire} times, and may fire ${firesAtMost} times at most`;
  return firesAtMost < ownMax
    ? undefined
    : `it fires ${timesInWords(ownMax)} at most by itself, so firesAtMost ${firesAtMost} judges nothing: give it more times`;
}

/** Firings after which it acts no more; Infinity when there are none. */
function firingsMax(step: Step): number {
  if (step.on !== 'link') return Infinity;
  const { connection, nthAfterArming, frame, atByte, times } = step.trigger;
  if (times !== undefined) return times;
  const { effect } = typeOf(step.fault);
  const isAimed = [connection, nthAfterArming, frame, atByte].some((each) => each !== undefined);
  return effect === 'alters' || (effect === 'ends' && isAimed) ? 1 : Infinity;
}

function timesInWords(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
