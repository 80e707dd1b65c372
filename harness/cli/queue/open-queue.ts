// A command's way to its queue: one connection for all of its sweeps.
import type { DescribedScenario } from '../../model/described-scenario.ts';
import { milliseconds, type Duration } from '../../model/time/duration.ts';
import type { CasePlayer } from '../players/case-player.ts';
import type { QueueAddress } from './address.ts';
import { openBoss } from './boss.ts';
import { queuePlayer } from './queue-player.ts';

/** Below that pg-boss takes nobody for lost. */
const LOST_AFTER_MIN_S = 10;
const LOST_AFTER = '30s';

export interface OpenQueue extends AsyncDisposable {
  playerFor(workload: DescribedScenario, sweep: string): Promise<CasePlayer>;
}

/** @throws QueueError when it cannot be used. */
export async function openQueue(
  address: QueueAddress,
  lostAfter: string | undefined,
  root: string,
  say: (line: string) => void,
): Promise<OpenQueue> {
  const boss = await openBoss(address);
  const lostAfterS = Math.max(LOST_AFTER_MIN_S, Math.ceil(milliseconds((lostAfter ?? LOST_AFTER) as Duration) / 1_000));
  return {
    playerFor: (workload, sweep) => queuePlayer({ address, boss, workload, root, sweep, lostAfterS, say }),
    [Symbol.asyncDispose]: async () => await boss.stop({ graceful: false }).catch(() => undefined),
  };
}
