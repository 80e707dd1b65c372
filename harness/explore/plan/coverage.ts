// What of the enumerated points is done, and how it came out: link x class x fault.
import type { FaultPoint } from './fault-point.ts';

/**
 * `clean`: the faults acted, and nothing was found. `not reached`: they did not act. `unclear`: no verdict. `not run`: it was not its
 * turn yet.
 */
export type PointOutcome = 'clean' | 'found' | 'not reached' | 'unclear' | 'not run';

export const OUTCOMES: readonly PointOutcome[] = ['found', 'clean', 'not reached', 'unclear', 'not run'];

interface CoverageRow {
  link: string;
  class: string;
  fault: string;
  counts: Readonly<Record<PointOutcome, number>>;
}

export interface Coverage {
  rows: readonly CoverageRow[];
  totals: Readonly<Record<PointOutcome, number>>;
  /** Enumerated points. */
  points: number;
  /** Of them, those that are done: found, clean or not reached. */
  done: number;
}

export function coverageOf(
  points: readonly Pick<FaultPoint, 'key' | 'link' | 'class' | 'fault'>[],
  outcomes: ReadonlyMap<string, PointOutcome>,
): Coverage {
  const groups = Map.groupBy(points, (point) => JSON.stringify([point.link, point.class, point.fault]));
  const rows = [...groups.values()].map((group) => {
    const { link, class: name, fault } = group[0] as (typeof points)[number];
    return { link, class: name, fault, counts: counted(group.map(({ key }) => outcomes.get(key) ?? 'not run')) };
  });
  const totals = counted(points.map(({ key }) => outcomes.get(key) ?? 'not run'));
  return { rows, totals, points: points.length, done: totals.found + totals.clean + totals['not reached'] };
}

function counted(outcomes: readonly PointOutcome[]): Record<PointOutcome, number> {
  const counts = { clean: 0, found: 0, 'not reached': 0, unclear: 0, 'not run': 0 };
  for (const outcome of outcomes) counts[outcome] += 1;
  return counts;
}
