// A case may play its work several times in one start of its nodes, each time under other faults: in rounds. Marks tell them apart.
import type { Event } from '../../model/judging/history.ts';

const BEGINS = /^round (\d+) begins$/;

/** The mark at which the faults of this round are armed. @param round from 1 */
export function roundBegins(round: number): string {
  return `round ${round} begins`;
}

/** The mark behind all that is judged of this round; what comes between it and the next round is the reset. */
export function roundIsOver(round: number): string {
  return `round ${round} is over`;
}

/** Which round an event begins; undefined when it is no such mark. */
export function roundBegunBy(event: Event): number | undefined {
  const [, round] = event.kind === 'mark' ? (BEGINS.exec(event.name) ?? []) : [];
  return round === undefined ? undefined : Number(round);
}
