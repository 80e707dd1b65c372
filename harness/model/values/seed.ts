// Chance without state: every choice is a hash of the seed and of what the choice is about. So extra traffic or another
// order never changes a later decision.

/** A 32-bit hash (FNV-1a over UTF-8 code units, then the murmur3 finaliser). */
export function hash32(...parts: readonly (string | number)[]): number {
  let h = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\u0000`;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1). */
export function chance(...parts: readonly (string | number)[]): number {
  return hash32(...parts) / 2 ** 32;
}

export const SEED_MAX = 2 ** 32 - 1;
