// What feedback has done in a sweep: how many cases were kept, for what, and what came of their variations.
import type { PointOutcome } from '../plan/coverage.ts';
import { NOVELTIES, type Novelty } from './novelty.ts';
import { isVaried } from './variations.ts';

type Outcomes = Readonly<Record<Exclude<PointOutcome, 'not run'>, number>>;

export interface FeedbackTold {
  /** Cases that have shown something new. */
  kept: number;
  /** Of them, those with a new class of frame, text in a log, end of a connection, or something else held at rest. One case may count for several. */
  newBy: Readonly<Record<Novelty, number>>;
  /** Variations of kept cases that were played. */
  varied: number;
  /** What came of them; together they are `varied`. */
  outcomes: Outcomes;
}

export function feedbackIn(
  kept: readonly { novelties: readonly Novelty[] }[],
  cases: Iterable<{ key: string; outcome: keyof Outcomes }>,
): FeedbackTold {
  const newBy = Object.fromEntries(
    NOVELTIES.map((kind) => [kind, kept.filter(({ novelties }) => novelties.includes(kind)).length]),
  ) as Record<Novelty, number>;
  const outcomes = { found: 0, clean: 0, 'not reached': 0, unclear: 0 };
  let varied = 0;
  for (const each of cases) {
    if (!isVaried(each)) continue;
    varied += 1;
    outcomes[each.outcome] += 1;
  }
  return { kept: kept.length, newBy, varied, outcomes };
}
