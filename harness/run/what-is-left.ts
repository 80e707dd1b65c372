// What is alive or on disk once every node has ended. A process has as long to go as its node has to stop, from the moment at which all
// are stopped: what a program has started ends a little after it, as when somebody looks by hand.
import { setTimeout as elapsed } from 'node:timers/promises';
import type { Leftover } from '../model/judging/leftover.ts';
import type { Topology } from '../model/system/topology.ts';
import type { Ground } from '../runtime/runtime.ts';

const LOOK_EVERY_MS = 50;

/** @param stoppingSinceMs by `performance.now()` */
export async function whatIsLeft(
  ground: Pick<Ground, 'leftovers'>,
  { nodes }: Pick<Topology, 'nodes'>,
  stoppingSinceMs: number,
  signal: AbortSignal,
): Promise<readonly Leftover[]> {
  const longestMs = Math.max(...nodes.map(({ stopWithinMs }) => stopWithinMs));
  const hasTime = ({ what, node }: Leftover): boolean => {
    const boundMs = nodes.find(({ name }) => name === node)?.stopWithinMs ?? longestMs;
    return what === 'process' && performance.now() - stoppingSinceMs < boundMs;
  };
  for (;;) {
    const left = await ground.leftovers();
    if (signal.aborted || !left.some(hasTime)) return left;
    await elapsed(LOOK_EVERY_MS);
  }
}
