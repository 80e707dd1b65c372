// Types for fields of which only one may be given, derived from the schema that has them all as optional.

/** Exactly one of the fields K is there. */
export type ExactlyOneOf<T, K extends keyof T> = Omit<T, K> &
  { [P in K]: { [X in P]: NonNullable<T[X]> } & { [X in Exclude<K, P>]?: undefined } }[K];

/** One of the fields K is there, or none. */
export type AtMostOneOf<T, K extends keyof T> = Omit<T, K> & { [P in K]: { [X in P]?: T[X] } & { [X in Exclude<K, P>]?: undefined } }[K];

/** How many of these fields are given. */
export function countGiven<T extends object>(value: T, keys: readonly (keyof T)[]): number {
  return keys.filter((key) => value[key] !== undefined).length;
}
