// A wait at a clock speed.

/** In whole milliseconds, as engines take them; 0 has a meaning of its own and what is more never becomes 0. */
export function shorter(ms: number, clockSpeed: number): number {
  return ms === 0 ? 0 : Math.max(1, Math.round(ms / clockSpeed));
}
