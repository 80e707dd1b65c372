// Makes a failing case smaller: fewer faults, less work. Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
// Failure-Inducing Input", 2002): parts are left out, large ones first, as long as the failure stays.

/** Whether this still fails in the same way. Undefined: it must not be asked any more. */
export type StillFails<T> = (candidate: readonly T[]) => Promise<boolean | undefined>;

/** The smallest list that was seen to fail; `items` itself is taken to. */
export async function ddmin<T>(items: readonly T[], stillFails: StillFails<T>): Promise<readonly T[]> {
  let least = items;
  for (let parts = 2; least.length > 0;) {
    const size = Math.ceil(least.length / parts);
    const smaller = await withoutOne(least, size, stillFails);
    if (smaller === 'stop') return least;
    if (smaller) {
      least = smaller;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) return least;
    else parts = Math.min(least.length, parts * 2);
  }
  return least;
}

async function withoutOne<T>(items: readonly T[], size: number, stillFails: StillFails<T>): Promise<readonly T[] | 'stop' | undefined> {
  for (let at = 0; at < items.length; at += size) {
    const rest = [...items.slice(0, at), ...items.slice(at + size)];
    const fails = await stillFails(rest);
    if (fails === undefined) return 'stop';
    if (fails) return rest;
  }
  return undefined;
}
