// Generators of arguments. They reach for what programs get wrong: text beyond ASCII, nothing at all, a lot of it, and numbers at
// their bounds. Everything that fast-check has is there as well, as `fc`.
import type fastCheck from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Json } from '../../model/values/json.ts';

/** What the function `arguments` of an operation gets. */
export interface Arbitraries {
  /** The whole of fast-check: fast-check.dev. */
  readonly fc: typeof fastCheck;
  /** Texts: words, spaces, quotes, control characters, beyond ASCII, empty, and now and then one of `longest` (4,096) characters. */
  text(options?: { longest?: number }): Arbitrary<string>;
  /** Whole numbers; both bounds, zero and one, and their neighbours come more often than others. By default from 0 to 2^31 - 1. */
  whole(options?: { min?: number; max?: number }): Arbitrary<number>;
  oneOf<const T extends Json>(...values: readonly T[]): Arbitrary<T>;
  /** Stands for one of those that are there when the operation is carried out: `pick` of the operation's context chooses it. */
  which(): Arbitrary<number>;
}

/** Each of them has broken a program: UTF-16 pairs, joined characters, right to left, separators of lines, quotes and escapes. */
const TEXTS = [
  '',
  ' ',
  'a',
  'Grüße, Łódź',
  '東京 ☕',
  '👩‍👩‍👧‍👦',
  'שלום',
  'e\u0301',
  '\u2028',
  '\ufeffx',
  'a\nb',
  'a\tb',
  '"quoted"',
  "it's",
  '\\',
  '%25 + & =',
  '{"a":1}',
  '../x',
  '-1',
  'null',
] as const;

const WHICH_MAX = 1_000;

export function arbitraries(fc: typeof fastCheck): Arbitraries {
  return {
    fc,
    text: ({ longest = 4_096 } = {}) =>
      fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...TEXTS.filter((text) => text.length <= longest)) },
        { weight: 3, arbitrary: fc.string({ maxLength: Math.min(longest, 40) }) },
        {
          weight: 2,
          arbitrary: fc.string({ unit: 'grapheme', maxLength: Math.min(longest, 12) }).filter((text) => text.length <= longest),
        },
        { weight: 1, arbitrary: fc.constantFrom('x'.repeat(longest), 'é'.repeat(longest)) },
      ),
    whole({ min = 0, max = 2 ** 31 - 1 } = {}) {
      const bounds = [min, min + 1, 0, 1, -1, max - 1, max].filter((each) => each >= min && each <= max);
      return fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...bounds) }, { weight: 2, arbitrary: fc.integer({ min, max }) });
    },
    oneOf: (...values) => fc.constantFrom(...values),
    which: () => fc.nat({ max: WHICH_MAX }),
  };
}
