// How long the system took to recover in each round of a series, by what the script waited for in every one of them. A time that
// grows from round to round comes from something that is kept: a back-off that is never reset, a list that is walked.
import { eventsOf, type History } from '../../model/judging/history.ts';
import type { Plan } from '../../model/judging/oracle.ts';
import { medianOf, trendOf } from '../../model/judging/trend.ts';
import { lateness } from '../evidence/starvation.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { lasting } from '../../model/text/words.ts';

const ROUNDS_MIN = 8;
/** Less than this nobody notices, and a wait is looked at only every 50 ms. */
const GROWTH_MIN_MS = 250;
/** The last rounds must take so many times what the first ones took. */
const FACTOR_MIN = 3;

export function slowingRecovery(history: History, plan: Plan): Suspicion[] {
  const rounds = roundsIn(history);
  const waits = waitsIn(history);
  return [...rounds].flatMap(([series, ofSeries]) => {
    const inRounds = ofSeries.map((round) => waits.filter(({ openedMs, metMs }) => openedMs >= round.fromMs && metMs <= round.toMs));
    const kinds = new Set(inRounds[0]?.map(({ what }) => what));
    return [...kinds].flatMap((what) => {
      const each = inRounds.map((ofRound) => ofRound.find((wait) => wait.what === what));
      const complete = each.filter((wait) => wait !== undefined);
      return complete.length < Math.max(ROUNDS_MIN, each.length) ? [] : suspect(series, complete, history, plan);
    });
  });
}

interface Waited {
  what: string;
  openedMs: number;
  metMs: number;
  seq: number;
}

function suspect(series: string, waits: readonly Waited[], history: History, plan: Plan): Suspicion[] {
  const times = waits.map(({ openedMs, metMs }) => metMs - openedMs);
  const quarter = Math.ceil(times.length / 4);
  const [first, last] = [medianOf(times.slice(0, quarter)), medianOf(times.slice(-quarter))];
  // Nodes may be silent for as long as their declared timers by design, for example with a back-off that grows to its ceiling.
  const declaredMs = Math.max(0, ...plan.topology.nodes.map(({ longestTimerMs = 0 }) => longestTimerMs)) / plan.clockSpeed;
  const boundMs = Math.max(first * FACTOR_MIN, first + GROWTH_MIN_MS, declaredMs);
  const trend = trendOf(times.map((y, x) => ({ x, y })));
  if (!trend || trend.lower <= 0 || last <= boundMs) return [];
  const late = waits.slice(-quarter).map(({ openedMs, metMs }) => ({ fromMs: openedMs, waitedMs: metMs - openedMs, boundMs }));
  const { doubt, unexplained } = lateness(history, late);
  const details = [
    `${lasting(first)} -> ${lasting(medianOf(times))} -> ${lasting(last)} in ${times.length} rounds`,
    ...(unexplained === undefined ? [] : [unexplained]),
  ];
  const finding = {
    code: 'TW-LEAK-RECOVERY' as const,
    message: `'${waits[0]?.what}' takes longer with each '${series}' (${details.join('; ')})`,
    events: waits.map(({ seq }) => seq),
  };
  return [{ finding, ...(doubt && { doubt }) }];
}

/** Those that only warm up as well: what they need at first makes a growth only harder to see. */
function roundsIn(history: History): ReadonlyMap<string, readonly { fromMs: number; toMs: number }[]> {
  const rounds = new Map<string, { fromMs: number; toMs: number }[]>();
  const began = new Map<string, number>();
  for (const event of eventsOf(history, 'round')) {
    if (event.state === 'began') began.set(event.series, event.atMs);
    else rounds.set(event.series, [...(rounds.get(event.series) ?? []), { fromMs: began.get(event.series) ?? 0, toMs: event.atMs }]);
  }
  return rounds;
}

/** What was waited for and came. */
function waitsIn(history: History): Waited[] {
  const opened = new Map<number, number>();
  return eventsOf(history, 'obligation').flatMap(({ id, what, about, state, atMs, seq }) => {
    if (about?.kind !== 'until' && about?.kind !== 'answer') return [];
    if (state === 'opened') opened.set(id, atMs);
    const openedMs = opened.get(id);
    return state === 'met' && openedMs !== undefined ? [{ what, openedMs, metMs: atMs, seq }] : [];
  });
}
