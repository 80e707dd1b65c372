// The words in which the table of pairs is written.
import { languageOf, type Change, type Language, type Pair, type Shape } from './pair.ts';

type Given = Omit<Pair, 'language' | 'outcome' | 'oracle' | 'name'> & Partial<Pick<Pair, 'outcome' | 'language'>>;

export function pair(name: string, oracle: string, given: Given): Pair {
  return { name, oracle, outcome: 'fail', language: languageOf(given.program ?? ''), ...given };
}

/** One bug in several languages: by program, the change that plants it. The name gets the language behind it. */
export function inEach(
  name: string,
  oracle: string,
  changes: Readonly<Record<string, Change>>,
  given: Omit<Given, 'program' | 'change' | 'shape' | 'hand'> & {
    shape: (program: string) => Shape;
    /** What stands in the clean twin's place, by program. */
    lookAlikes?: Readonly<Record<string, Change>>;
    hand: Pair['hand'] | ((language: Language) => Pair['hand']);
  },
): Pair[] {
  const { lookAlikes = {}, ...about } = given;
  return Object.entries(changes).map(([program, change]) =>
    pair(`${name}-${languageOf(program)}`, oracle, {
      ...about,
      program,
      ...(lookAlikes[program] && { lookAlike: lookAlikes[program] }),
      change,
      shape: given.shape(program),
      hand: typeof given.hand === 'function' ? given.hand(languageOf(program)) : given.hand,
    }),
  );
}
