// How a count over repeated rounds tells a leak from a pool that fills. `counts[0]` was taken before the first round.

/** A leak rises in six of eight rounds. */
const RISING_SHARE_MIN = 6 / 8;
/** So many rounds, and as many again, decide about growth that is as fast as the rounds. */
const ROUNDS_MIN = 8;
/** In twice the rounds a leak grows at least by so much more; a pool that fills grows by less. */
const DOUBLING_MIN = 1.6;
/** Beyond this it grows faster than the rounds: each round leaves more behind than the one before. */
const DOUBLING_MAX = 2.4;
/** Growth of this size that outruns the rounds needs no more of them: pools that double end long before it. */
const EXPLODED_MIN = 256;
const EXPLODED_ROUNDS_MIN = 5;

/**
 * `undecided`: it rises, and there are too few rounds to tell it from a cache that fills; `doubled`: it grows with the rounds;
 * `outran`: it grows faster than they do.
 */
export type Growth = 'none' | 'undecided' | 'doubled' | 'outran';

export function growthOf(counts: readonly number[]): Growth {
  if (hasExploded(counts)) return 'outran';
  const rounds = counts.length - 1;
  const half = rounds >= 2 * ROUNDS_MIN ? Math.floor(rounds / 2) : rounds;
  if (!isRising(counts.slice(0, half + 1)) || fallsIn(counts.slice(0, 2 * half + 1))) return 'none';
  if (half === rounds) return 'undecided';
  const ratio = ratioOf(counts, half);
  if (ratio > DOUBLING_MAX) return 'outran';
  return ratio >= DOUBLING_MIN ? 'doubled' : 'none';
}

/** It never falls, and rises in at least six of eight rounds. */
export function isRising(counts: readonly number[]): boolean {
  const rounds = counts.length - 1;
  return rounds > 0 && !fallsIn(counts) && risesIn(counts) >= rounds * RISING_SHARE_MIN;
}

/** It rises in every round, faster than the rounds, and has come to a size that no pool has. */
export function hasExploded(counts: readonly number[]): boolean {
  const rounds = counts.length - 1;
  return (
    rounds >= EXPLODED_ROUNDS_MIN &&
    grownBy(counts) >= EXPLODED_MIN &&
    risesIn(counts) === rounds &&
    ratioOf(counts, Math.floor(rounds / 2)) > DOUBLING_MAX
  );
}

export function grownBy(counts: readonly number[]): number {
  return (counts.at(-1) ?? 0) - (counts[0] ?? 0);
}

function ratioOf(counts: readonly number[], half: number): number {
  return grownBy(counts.slice(0, 2 * half + 1)) / grownBy(counts.slice(0, half + 1));
}

function fallsIn(counts: readonly number[]): boolean {
  return counts.some((count, index) => index > 0 && count < (counts[index - 1] as number));
}

function risesIn(counts: readonly number[]): number {
  return counts.filter((count, index) => index > 0 && count > (counts[index - 1] as number)).length;
}
