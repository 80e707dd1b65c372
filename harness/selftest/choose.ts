// Which pairs run: those of a filter, and in the quick form few that have something of everything.
import type { Pair } from './base/pair.ts';

/** By a part of the name or sentence, or by @oracle, @language, @transport or @row of the holes. */
export function chosen(pairs: readonly Pair[], filter: string | undefined): readonly Pair[] {
  if (filter === undefined) return pairs;
  const word = filter.replace(/^@/, '');
  if (filter.startsWith('@'))
    return pairs.filter(({ oracle, language, shape, hole }) => [oracle, language, shape.speech, hole].includes(word));
  const exact = pairs.filter(({ name }) => name === filter);
  return exact.length > 0 ? exact : pairs.filter(({ name, bug }) => name.includes(filter) || bug.includes(filter));
}

/** Each pair that brings an oracle, a language, a transport or a row of the holes which none before it had. */
export function quick(pairs: readonly Pair[]): readonly Pair[] {
  const had = new Set<string>();
  return pairs.filter((pair) => {
    const { oracle, language, shape, hole } = pair;
    const brings = [`${oracle} ${language}`, `${oracle} ${shape.speech}`, ...(hole === undefined ? [] : [`hole ${hole}`])];
    const isNew = brings.some((each) => !had.has(each));
    for (const each of brings) had.add(each);
    return isNew;
  });
}
