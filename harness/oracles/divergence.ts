// Do all who hold a truth hold the same one at rest? The last two readings of each view, at least 200 ms apart, must be
// equal, and equal to everybody else's. A difference that disappears within the bound of the rest is not a finding.
import { eventsOf, observationsOf, type Event, type History } from '../model/judging/history.ts';
import { canonicalJson } from '../model/values/json.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { pass } from '../model/judging/verdict.ts';
import { diff, diffLines, type Difference } from '../model/text/diff.ts';
import { isSpawned } from '../model/system/topology.ts';
import { restsOn } from './evidence/rests-on.ts';
import { awaySpans } from './evidence/spans.ts';
import { lateness, starvedDoubt } from './evidence/starvation.ts';
import { verdictOn, type Suspicion } from './evidence/suspicion.ts';
import { lasting, listed } from '../model/text/words.ts';

/** The runner waits 200 ms between readings; a timer may come a little early. */
const READINGS_APART_MIN_MS = 190;
const DIFF_LINES_MAX = 10;
/** Longer than any pause that a busy machine makes. */
const STANDSTILL_MS = 2_000;

export const divergence: Oracle = {
  name: 'divergence',
  question: 'Do all parts that hold the same truth come to rest with the same one?',
  judge(history, plan) {
    const apartMs = READINGS_APART_MIN_MS / plan.clockSpeed;
    const truths = Map.groupBy(observationsOf(history, 'view'), (reading) => reading.truth);
    const apart = [...truths].flatMap(([truth, readings]) => judgeTruth(truth, readings, history, plan, apartMs));
    const verdict = verdictOn('divergence', apart.length > 0 ? apart : slowRest(history));
    return verdict.outcome === 'pass' ? pass('divergence', restsOn(history, plan)) : verdict;
  },
};

type Reading = ReturnType<typeof observationsOf<'view'>>[number];

interface View {
  subject: string;
  readings: readonly Reading[];
  last: Reading;
  /** The last reading and those before it, back to the first that is far enough away to show rest; empty when none is. */
  atEnd: readonly Reading[];
}

function judgeTruth(truth: string, readings: readonly Reading[], history: History, plan: Plan, apartMs: number): Suspicion[] {
  const views = [...Map.groupBy(readings, (reading) => reading.subject)].map(([subject, ofSubject]) => viewOf(subject, ofSubject, apartMs));
  if (views.length < 2) return [];
  const lastSample = Math.max(...views.map((view) => view.last.sample));
  const [read, unread] = parted(
    views,
    (view) => view.last.sample === lastSample && view.atEnd.length > 0 && !view.atEnd.some(isUnreadable),
  );
  const away = awaySpans(history, plan).filter((span) => span.toMs === Infinity && span.fromMs <= endOf(views));
  const isAway = (name: string): boolean => away.some(({ node }) => node === name);
  const allAreAway = plan.topology.nodes.every((node) => isSpawned(node) || isAway(node.name));
  const missing = unread.filter(({ last: { node } }) => !(node === undefined ? allAreAway : isAway(node)));
  return [...missing.map((view) => notRead(truth, view)), ...judgeRead(truth, read, history)];
}

function viewOf(subject: string, readings: readonly Reading[], apartMs: number): View {
  const last = readings.at(-1) as Reading;
  const from = readings.findLastIndex((reading) => last.atMs - reading.atMs >= apartMs);
  return { subject, readings, last, atEnd: from < 0 ? [] : readings.slice(from) };
}

function isUnreadable({ unreadable }: Reading): boolean {
  return unreadable === true;
}

function judgeRead(truth: string, views: readonly View[], history: History): Suspicion[] {
  if (views.length < 2) return [];
  const moving = views.filter((view) => view.atEnd.some((reading) => !sameValue(reading, view.last)));
  if (moving.length > 0) return [restless(truth, moving, history)];
  return new Set(views.map((view) => canonicalJson(view.last.value))).size > 1 ? [disagreement(truth, views, history)] : [];
}

function notRead(truth: string, view: View): Suspicion {
  const why = isUnreadable(view.last) ? `: ${JSON.stringify(view.last.value)}` : ' in two readings at the end';
  const detail = `'${truth}' could not be read at ${view.subject}${why}`;
  return {
    finding: { code: 'TW-DIVERGENCE-UNREADABLE', message: detail, subject: view.subject, events: [view.last.seq] },
    doubt: { reason: 'harness', detail },
  };
}

function restless(truth: string, moving: readonly View[], history: History): Suspicion {
  const events = moving.flatMap((view) => view.atEnd.map((reading) => reading.seq));
  const [first] = moving;
  const before = first?.atEnd[0];
  const lines = first && before ? diffLines(diff(before.value, first.last.value), 'before', 'after', DIFF_LINES_MAX) : [];
  return {
    finding: {
      code: 'TW-DIVERGENCE-RESTLESS',
      message: [`'${truth}' never came to rest at ${listed(moving.map((view) => view.subject))}`, ...lines].join('\n  '),
      ...(first && { subject: first.subject }),
      events,
    },
    ...lateRest(history, before?.atMs ?? 0, endOf(moving)),
  };
}

/**
 * What is not at rest yet is late by the bound that it had, and judged as everything that is late. Older histories do not tell that
 * bound.
 */
function lateRest(history: History, fromMs: number, toMs: number): Pick<Suspicion, 'doubt'> {
  const rest = restIn(history);
  if (!rest) return starvedDoubt(history, fromMs, toMs);
  const { doubt } = lateness(history, [{ fromMs: rest.fromMs, waitedMs: toMs - rest.fromMs, boundMs: rest.boundMs }]);
  return doubt ? { doubt } : {};
}

/** The views agree, but longer after the lift of the last fault than they may. */
function slowRest(history: History): Suspicion[] {
  const rest = restIn(history);
  if (!rest || typeof rest.agreedAfterMs !== 'number' || rest.agreedAfterMs <= rest.boundMs) return [];
  const { fromMs, boundMs, agreedAfterMs } = rest;
  const { doubt, unexplained } = lateness(history, [{ fromMs, waitedMs: agreedAfterMs, boundMs }]);
  const details = [`it took ${lasting(agreedAfterMs)}`, ...(unexplained === undefined ? [] : [unexplained])];
  const message = `the views did not agree within ${lasting(boundMs)} after the last fault was lifted (slow: ${details.join('; ')})`;
  return [{ finding: { code: 'TW-DIVERGENCE-SLOW', message, events: [rest.seq] }, ...(doubt && { doubt }) }];
}

function restIn(history: History): (ReturnType<typeof observationsOf<'rest'>>[number] & { fromMs: number }) | undefined {
  const rest = observationsOf(history, 'rest').at(-1);
  const began = eventsOf(history, 'phase').findLast(({ phase, state }) => phase === 'observe' && state === 'began');
  return rest && { ...rest, fromMs: began?.atMs ?? 0 };
}

function disagreement(truth: string, views: readonly View[], history: History): Suspicion {
  const { left, right, differences } = smallestDifference(views);
  const parting = partedAfter(views, history);
  const known = parting === undefined ? '' : `; they parted after event ${parting.seq}, ${inWords(parting)}`;
  const parts = differences.length === 1 ? 'they differ in 1 part' : `they differ in ${differences.length} parts`;
  const head = `${left.subject} and ${right.subject} hold different '${truth}' at rest (${parts}; ${views.length} views were read${known})`;
  return {
    finding: {
      code: 'TW-DIVERGENCE-APART',
      message: [head, ...diffLines(differences, left.subject, right.subject, DIFF_LINES_MAX)].join('\n  '),
      subject: right.subject,
      events: [left.last.seq, right.last.seq, ...(parting ? [parting.seq] : [])],
    },
    // What has stood still for so long does not wait for a processor: a busy machine is no excuse then.
    ...(stillForMs(views) >= STANDSTILL_MS
      ? {}
      : lateRest(history, Math.min(...views.map((view) => view.atEnd[0]?.atMs ?? 0)), endOf(views))),
  };
}

/** How long no view has changed. */
function stillForMs(views: readonly View[]): number {
  const changedMs = views.map((view) => {
    const other = view.readings.findLastIndex((reading) => !sameValue(reading, view.last));
    return view.readings[other + 1]?.atMs ?? view.last.atMs;
  });
  return endOf(views) - Math.max(...changedMs);
}

/** Of what most views hold against each deviating one, the pair that differs in the fewest parts. */
function smallestDifference(views: readonly View[]): { left: View; right: View; differences: readonly Difference[] } {
  const camps = [...Map.groupBy(views, (view) => canonicalJson(view.last.value)).values()].toSorted((a, b) => b.length - a.length);
  const [left] = camps[0] as [View, ...View[]];
  const pairs = camps.slice(1).map((camp) => {
    const right = camp[0] as View;
    return { left, right, differences: diff(left.last.value, right.last.value) };
  });
  return pairs.toSorted((a, b) => a.differences.length - b.differences.length)[0] as (typeof pairs)[number];
}

/** The first thing that happened after the last round of readings in which all views agreed. */
function partedAfter(views: readonly View[], history: History): Event | undefined {
  const rounds = Map.groupBy(
    views.flatMap((view) => view.readings),
    (reading) => reading.sample,
  );
  const agreed = [...rounds.values()].filter(
    (round) => round.length === views.length && round.every((reading) => sameValue(reading, round[0] as Reading)),
  );
  const lastAgreed = Math.max(0, ...agreed.flat().map((reading) => reading.seq));
  if (lastAgreed === 0) return undefined;
  const after = history.filter((event) => event.seq > lastAgreed);
  return after.find((event) => event.kind === 'fault' && event.state === 'fired') ?? after.find(isAct);
}

function isAct(event: Event): boolean {
  return event.kind === 'operation' || event.kind === 'frame' || event.kind === 'node';
}

function inWords(event: Event): string {
  if (event.kind === 'fault') return `'${event.step}' ${event.state}`;
  if (event.kind === 'operation') return `${event.name} ${event.state}`;
  if (event.kind === 'frame') return `${event.type} frame ${event.index} on ${event.link}`;
  return event.kind === 'node' ? `${event.node} ${event.state}` : event.kind;
}

function sameValue(left: Reading, right: Reading): boolean {
  return canonicalJson(left.value) === canonicalJson(right.value);
}

function endOf(views: readonly View[]): number {
  return Math.max(0, ...views.map((view) => view.last.atMs));
}

function parted<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}
