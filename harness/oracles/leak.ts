// Does every countable thing come back to where it was? A leak grows with every cycle, and twice as much in twice the
// cycles. Caches and pools stop growing. Anything alive after everything was stopped is a leak at once.
import { eventsOf, observationsOf, type History } from '../model/judging/history.ts';
import type { Oracle, Plan } from '../model/judging/oracle.ts';
import { lateness, type Wait } from './evidence/starvation.ts';
import { wasKilled } from './hang/stops.ts';
import { verdictOn, type Suspicion } from './evidence/suspicion.ts';
import { listed } from './evidence/words.ts';

const CYCLES_MIN = 8;
const RISING_SHARE_MIN = 6 / 8;
const DOUBLING_MIN = 1.6;
const DOUBLING_MAX = 2.4;

export const leak: Oracle = {
  name: 'leak',
  question: 'Does every countable thing come back to where it was, and is nothing left over after the end?',
  judge: (history, plan) => verdictOn('leak', [...leftOver(history, plan), ...growing(history)]),
};

function leftOver(history: History, plan: Plan): Suspicion[] {
  const byKind = Map.groupBy(eventsOf(history, 'leftover'), (event) => JSON.stringify([event.what, event.node]));
  return [...byKind.values()].flatMap((events) => {
    const [first] = events;
    if (!first) return [];
    const owner = first.node === undefined ? '' : ` of '${first.node}'`;
    const details = listed(
      events.map((event) => event.detail),
      5,
    );
    return {
      finding: {
        message: `a ${first.what}${owner} is left after everything was stopped (${events.length}: ${details})`,
        ...(first.node !== undefined && { subject: first.node }),
        events: events.map((event) => event.seq),
      },
      ...doubtOf(events, history, plan),
    };
  });
}

type Left = ReturnType<typeof eventsOf<'leftover'>>[number];

/** What had no time to end while its node was told to stop is no leak yet: each of them must be explained. */
function doubtOf(events: readonly Left[], history: History, plan: Plan): Pick<Suspicion, 'doubt'> {
  const waits = events.flatMap((event) => stopOf(event, history, plan) ?? []);
  if (waits.length < events.length) return {};
  const { doubt } = lateness(history, waits);
  return doubt ? { doubt } : {};
}

/** How long it was waited for; undefined where that is not why it is there. */
function stopOf({ what, node, seq, atMs, asleep }: Left, history: History, plan: Plan): Wait | undefined {
  const boundMs = plan.topology.nodes.find(({ name }) => name === node)?.stopWithinMs;
  const ofNode = eventsOf(history, 'node').filter((event) => event.node === node && event.seq < seq);
  const stopping = ofNode.findLast((event) => event.state === 'stopping');
  // Who slept had all the time it wanted.
  if (boundMs === undefined || !stopping || asleep) return undefined;
  const exited = ofNode.find((event) => event.state === 'exited' && event.seq > stopping.seq);
  // A file that a node leaves although it ended by itself was forgotten, at whatever speed.
  const outlives = what === 'process' || what === 'container';
  if (!outlives && exited?.state === 'exited' && !wasKilled(exited)) return undefined;
  return { fromMs: stopping.atMs, waitedMs: atMs - stopping.atMs, boundMs };
}

type Sample = ReturnType<typeof observationsOf<'resources'>>[number];

function growing(history: History): Suspicion[] {
  const samples = observationsOf(history, 'resources');
  const series = Map.groupBy(samples, (sample) => JSON.stringify([sample.node, sample.series]));
  return [...series.values()].flatMap((ofSeries) => {
    const ordered = ofSeries.toSorted((a, b) => a.cycle - b.cycle);
    return (['doubled', 'undecided', 'outran'] as const).flatMap((growth) => suspectSeries(ordered, growth, samples));
  });
}

/** `undecided`: too few cycles; `outran`: more than the cycles can explain, so something else grows as well. */
type Growth = 'none' | 'undecided' | 'doubled' | 'outran';

/** One finding for all kinds of one series that grow in the same way: one leaked socket shows under several kinds. */
function suspectSeries(ordered: readonly Sample[], wanted: Exclude<Growth, 'none'>, all: readonly Sample[]): Suspicion[] {
  const [first] = ordered;
  const kinds = [...new Set(ordered.flatMap((sample) => Object.keys(sample.counts)))]
    .map((kind) => ({ kind, counts: ordered.map((sample) => sample.counts[kind] ?? 0) }))
    .filter(({ counts }) => growthOf(counts) === wanted)
    .toSorted((a, b) => grownBy(b.counts) - grownBy(a.counts) || (a.kind < b.kind ? -1 : 1));
  const [worst] = kinds;
  if (!first || !worst) return [];
  const cycles = ordered.length - 1;
  const name = kinds.map(({ kind }) => kind).join(' and ');
  const details = [
    `${worst.kind} ${worst.counts[0]} -> ${worst.counts[Math.floor(cycles / 2)]} -> ${worst.counts[cycles]} in ${cycles} cycles`,
    ...heldBy(ordered, worst.kind),
    ...releasedLater(ordered, worst.kind, all),
  ];
  const finding = {
    message: `'${first.node}' keeps ${name} after each '${first.series}' (${details.join('; ')})`,
    subject: first.node,
    events: ordered.map((sample) => sample.seq),
  };
  if (wanted === 'doubled') return [{ finding }];
  const why = wanted === 'outran' ? 'faster than the cycles' : 'and only twice as many can tell a leak from a cache that fills';
  const detail = `${name} of '${first.node}' grew over ${cycles} cycles, ${why}`;
  return [{ finding, doubt: { reason: 'checker-budget', detail } }];
}

/** `counts[0]` was taken before the first cycle. */
function growthOf(counts: readonly number[]): Growth {
  const cycles = counts.length - 1;
  const half = cycles >= 2 * CYCLES_MIN ? Math.floor(cycles / 2) : cycles;
  if (half < 1 || fallsIn(counts.slice(0, 2 * half + 1)) || risesIn(counts.slice(0, half + 1)) < half * RISING_SHARE_MIN) return 'none';
  if (half === cycles) return 'undecided';
  const ratio = ((counts[2 * half] as number) - (counts[0] as number)) / ((counts[half] as number) - (counts[0] as number));
  if (ratio > DOUBLING_MAX) return 'outran';
  return ratio >= DOUBLING_MIN ? 'doubled' : 'none';
}

function fallsIn(counts: readonly number[]): boolean {
  return counts.some((count, index) => index > 0 && count < (counts[index - 1] as number));
}

function risesIn(counts: readonly number[]): number {
  return counts.filter((count, index) => index > 0 && count > (counts[index - 1] as number)).length;
}

function grownBy(counts: readonly number[]): number {
  return (counts.at(-1) as number) - (counts[0] as number);
}

/** What holds the things that were not there at the beginning. */
function heldBy(ordered: readonly Sample[], kind: string): string[] {
  const before = new Set(ordered[0]?.holders?.[kind]);
  const holders = (ordered.at(-1)?.holders?.[kind] ?? []).filter((holder) => !before.has(holder));
  return holders.length === 0 ? [] : [`held by ${listed(holders)}`];
}

/** A leak that a later event releases is still one; saying so points at who held it. */
function releasedLater(ordered: readonly Sample[], kind: string, all: readonly Sample[]): string[] {
  const last = ordered.at(-1) as Sample;
  const lower = all.find(
    (sample) =>
      sample.node === last.node &&
      sample.seq > last.seq &&
      sample.series !== last.series &&
      (sample.counts[kind] ?? 0) < (last.counts[kind] ?? 0),
  );
  return lower ? [`down to ${lower.counts[kind] ?? 0} later, in '${lower.series}': held until something else happened`] : [];
}
