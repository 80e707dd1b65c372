// How numbers and lists are written for people. Text in round brackets is detail that a fingerprint leaves out.

/** 250 -> `250 ms`, 8120 -> `8.1 s`. */
export function lasting(durationMs: number): string {
  return durationMs < 1_000 ? `${Math.round(durationMs)} ms` : `${Number((durationMs / 1_000).toFixed(1))} s`;
}

/** `a, b, c and 4 more`. */
export function listed(items: readonly string[], max = 3): string {
  const shown = items.slice(0, max).join(', ');
  return items.length > max ? `${shown} and ${items.length - max} more` : shown;
}
