// A series of rounds as it is played.
import type { CyclesOptions } from '../../model/scenario.ts';

export interface Series {
  name: string;
  /** Records its beginning and its end, and that it took place. */
  round: (index: number) => Promise<void>;
  options: CyclesOptions;
  /** Aborted when nobody waits for the rounds any more: none begins after that. */
  over: AbortSignal;
}
