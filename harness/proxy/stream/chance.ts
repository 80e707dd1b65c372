// Chance without a stream of random numbers. Every choice is a hash of the seed and of the place where it is made (proxy,
// toxic, connection, frame). So extra traffic or edited toxics never change another choice.

export type Place = readonly (string | number)[];

/** A number in [0, 1), the same for the same seed and place. */
export function chance(seed: string, ...place: Place): number {
  const text = JSON.stringify([seed, ...place]);
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = mixed(high) ^ mixed(low ^ (high >>> 13));
  low = mixed(low) ^ mixed(high ^ (low >>> 13));
  // 53 bits, as many as a double holds.
  return ((high >>> 0) * 2 ** 21 + (low >>> 11)) / 2 ** 53;
}

/** A whole number in [low, high], both included. */
export function between(low: number, high: number, seed: string, ...place: Place): number {
  return low + Math.floor(chance(seed, ...place) * (high - low + 1));
}

/** The finalizer of MurmurHash3: each input bit changes about half of the output bits. */
function mixed(value: number): number {
  let mix = value ^ (value >>> 16);
  mix = Math.imul(mix, 0x85ebca6b);
  mix ^= mix >>> 13;
  mix = Math.imul(mix, 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
