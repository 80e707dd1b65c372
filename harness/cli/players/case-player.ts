// Who plays the planned cases of a sweep: this machine (here.ts), or workers that take them from a queue (../queue/). The sweep does not
// see which of them it is.
import type { Case } from '../../model/case.ts';
import type { CaseResult } from '../../model/case-result.ts';

export interface PlannedCase {
  /** The name of its fault point: no two cases of one sweep have the same. */
  key: string;
  /** Where its files lie once it was played, absolute. */
  folder: string;
  /** Asked once, when the case begins. @throws Error when the workload gives no work for it */
  begin(): Promise<Case>;
}

export interface PlayedCase {
  /** Its folder is the one of the plan. Known flaws have not been taken out of its verdict yet. */
  result: CaseResult;
  /** What the case has shown, by name (explore/feedback/novelty.ts). Empty when its history cannot be read. */
  shown(): Promise<readonly string[]>;
}

export interface Taking {
  signal: AbortSignal;
  /** Nothing runs beside the case. */
  alone: boolean;
  /** Asked before each case; once it says no, no further one begins. */
  mayBegin(): boolean;
  /** False once what has not begun anywhere need not begin any more: the budget is used up. */
  isWanted(): boolean;
  /** Called once none of these is left to begin, by a player that takes further ones meanwhile. */
  allBegun?(): void;
}

export interface CasePlayer extends AsyncDisposable {
  /**
   * Plays each of them once, in their order as far as it goes, and hands over what came of each, once. Resolves when all that began were
   * taken, or when the signal was aborted.
   *
   * @throws what `taken` throws, ResultsError when results cannot be kept, QueueError when the queue has gone for good.
   */
  playCases<P extends PlannedCase>(
    cases: readonly P[],
    taking: Taking,
    taken: (planned: P, played: PlayedCase) => Promise<void>,
  ): Promise<void>;
}
