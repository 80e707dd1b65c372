// What a pass rests on, in words for people: how long the system was at rest, and what no view could see because the lift of a
// fault heals it. A pass says no more than what somebody looked at.
import type { LinkStep } from '../../model/faults/fault.ts';
import { typeOf } from '../../model/faults/link/table.ts';
import { eventsOf, observationsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { linkSteps } from '../../model/scenario.ts';
import { effectSpans, type Span } from './spans.ts';
import { lasting, listed } from '../../model/text/words.ts';

export function restsOn(history: History, plan: Plan): string[] {
  return [...rest(history), ...unseen(history, plan), ...unfired(history, plan)];
}

function rest(history: History): string[] {
  const told = observationsOf(history, 'rest').at(-1);
  if (!told) return [];
  const { quietMs, wantedMs, boundMs, moved } = told;
  if (wantedMs === 0)
    return [`a rest of ${lasting(quietMs)}: no node declares a timer (longestTimerMs), and what shows later was not seen`];
  if (quietMs >= wantedMs) return [`a rest of ${lasting(quietMs)} in which nothing but heartbeats was seen`];
  const why = wantedMs > boundMs ? `it may last ${lasting(boundMs)} (restWithin)` : `it was never quiet for longer`;
  const last = moved === undefined ? '' : `; what moved last: ${moved}`;
  return [`a rest of ${lasting(quietMs)} instead of ${lasting(wantedMs)}: ${why}${last}`];
}

/** Steps whose silence the lift ended before anybody had looked at the system in the midst of it. */
function unseen(history: History, plan: Plan): string[] {
  const steps = linkSteps(plan.schedule).filter(isHealedByLift);
  if (steps.length === 0) return [];
  const spans = effectSpans(history);
  const ids = steps.filter(({ id }) => {
    const ofStep = spans.filter((span) => span.step === id);
    return ofStep.length > 0 && !ofStep.some((span) => wasLookedAt(span, history));
  });
  if (ids.length === 0) return [];
  const names = listed(ids.map(({ id }) => `'${id}'`));
  return [
    `views that were read after the lift of ${names}: what is kept of a silent peer is gone by then, and only 'until' or 'cycles' could see it`,
  ];
}

/** Steps that need not fire, and did not: nothing was seen of what they would have done. */
function unfired(history: History, plan: Plan): string[] {
  const fired = new Set(eventsOf(history, 'fault').flatMap((event) => (event.state === 'fired' ? [event.step] : [])));
  const ids = plan.schedule.filter(({ id, mustFire }) => mustFire === 0 && !fired.has(id)).map(({ id }) => `'${id}'`);
  return ids.length === 0 ? [] : [`a run without ${listed(ids)}, which did not fire and need not`];
}

function isHealedByLift({ fault }: LinkStep): boolean {
  return typeOf(fault).liftHeals?.(fault) ?? false;
}

/** A state was awaited, or counted, while the silence lasted. */
function wasLookedAt({ fromMs, toMs }: Span, history: History): boolean {
  const isWithin = ({ atMs }: { atMs: number }): boolean => atMs >= fromMs && atMs <= toMs;
  const awaited = eventsOf(history, 'obligation').some(
    (event) => event.state === 'met' && event.about?.kind === 'until' && isWithin(event),
  );
  return awaited || observationsOf(history, 'resources').some(isWithin);
}
