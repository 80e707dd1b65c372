// What nodes hold at rest after each round of a series. A leak grows with the rounds, or faster than they do. Caches and pools
// stop growing.
import { observationsOf, type History } from '../../model/judging/history.ts';
import { grownBy, growthOf, type Growth } from '../../model/judging/growth.ts';
import type { Suspicion } from '../evidence/suspicion.ts';
import { listed } from '../../model/text/words.ts';

/** Fewer rounds are not worth a word beside another verdict. */
const TOLD_ROUNDS_MIN = 4;

type Sample = ReturnType<typeof observationsOf<'resources'>>[number];

export function growing(history: History): Suspicion[] {
  const samples = observationsOf(history, 'resources');
  const series = Map.groupBy(samples, (sample) => JSON.stringify([sample.node, sample.series]));
  return [...series.values()].flatMap((ofSeries) => {
    const ordered = ofSeries.toSorted((a, b) => a.cycle - b.cycle);
    return (['outran', 'doubled', 'undecided'] as const).flatMap((growth) => suspectSeries(ordered, growth, samples));
  });
}

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
  const every = wanted === 'outran' ? 'more with each' : 'after each';
  const finding = {
    code: 'TW-LEAK-GROWING' as const,
    message: `'${first.node}' keeps ${name} ${every} '${first.series}' (${details.join('; ')})`,
    subject: first.node,
    events: ordered.map((sample) => sample.seq),
  };
  if (wanted !== 'undecided') return [{ finding }];
  const detail = `${name} of '${first.node}' grew over ${cycles} cycles, and only twice as many can tell a leak from a cache that fills`;
  return [{ finding: { ...finding, ...(cycles >= TOLD_ROUNDS_MIN && { beside: true }) }, doubt: { reason: 'checker-budget', detail } }];
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
