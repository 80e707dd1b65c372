// How long a list of work may take while every operation of it is waited for in vain, as under a fault that stays in force.
import { milliseconds } from '../../model/time/duration.ts';
import type { Workload } from './parts.ts';

/** The bound of an answer that says none, and of who joins. */
export const ANSWER_WITHIN = '3s';
/** The bound of an observer that says none. */
export const SEES_WITHIN = '5s';
/** What is around the work: its beginning, what is held, and the wait behind it. */
const AROUND_MS = 60_000;

/** In ms. Each operation comes once, and the rest of the list is the slowest of them. */
export function workBoundMs({
  operations,
  observers,
  recovered,
  length,
}: Pick<Workload, 'operations' | 'observers' | 'recovered' | 'length'>): number {
  const asked = Object.values(operations).map(({ within = ANSWER_WITHIN }) => milliseconds(within));
  const more = Math.max(0, length - asked.length) * Math.max(0, ...asked);
  const joining = Object.values(observers).map(({ within = SEES_WITHIN }) => milliseconds(ANSWER_WITHIN) + milliseconds(within));
  const again = recovered.map(({ within }) => milliseconds(within));
  return [...asked, ...joining, ...again].reduce((sum, ms) => sum + ms, AROUND_MS + more);
}
