// What came of the sweep of one workload.
import type { FeedbackTold } from '../../explore/feedback/feedback-told.ts';
import type { Coverage } from '../../explore/plan/coverage.ts';
import type { SweptCase, SweptFinding } from '../../results/sweep-ledger.ts';
import type { Lacking } from './lacking.ts';

export interface SweepOutcome {
  coverage: Coverage;
  findings: readonly SweptFinding[];
  /** Failures that were not made small yet: the sweep was interrupted, or its budget used up. They count like findings. */
  untriaged: readonly Pick<SweptCase, 'fingerprint' | 'oracle' | 'message' | 'repro'>[];
  /** Points of the plan that this machine cannot play. They count as not run. */
  lacking: readonly Lacking[];
  /** What has shown something new, and what came of its variations. */
  feedback: FeedbackTold;
  /** Beyond the plan: the same points with other work. */
  random: number;
  /**
   * With `--warm`: points that were clean in a round of running nodes, how many of them were played in fresh ones too, and the names of
   * those that failed there. Of all sittings.
   */
  warm?: { points: number; freshToo: number; contradicted: readonly string[] };
  /** Each point of the plan that was played, and each other work, is one. */
  cases: number;
  /** Cases that failed; several of them may be one finding. */
  failed: number;
  /** By all sittings, recordings and triage too, in ms. */
  spentMs: number;
  ledger: string;
  /** Where findings stand with all that their oracles quote; absent without any. */
  report?: string;
}
