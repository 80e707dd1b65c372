// Damage by a seed: what is well formed becomes what somebody's bug, or somebody's attack, would send.
import { hash32 } from '../../model/values/seed.ts';

export interface Dice {
  /** A whole number from 0 to below `n`. */
  below(n: number): number;
  one<T>(of: readonly T[]): T;
}

/** xorshift32, seeded: a million numbers in a few milliseconds. */
export function diceOf(...seed: readonly (string | number)[]): Dice {
  let state = hash32(...seed) || 1;
  const below = (n: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
  return { below, one: (of) => of[below(of.length)] as (typeof of)[number] };
}

const HOSTILE = [
  '\0',
  '\u2028',
  '"',
  '\\',
  '{',
  '[',
  ']',
  '}',
  ':',
  ',',
  '\r\n',
  '\n',
  '-1',
  '1e999',
  '9223372036854775808',
  'null',
  '../',
  '%00',
  '*a',
  '&a ',
];

/** One to four places are cut out, doubled, overwritten or filled with what parsers stumble over. */
export function mutated(text: string, dice: Dice): string {
  let result = text;
  for (let times = 1 + dice.below(4); times > 0; times--) {
    const at = dice.below(result.length + 1);
    const to = Math.min(result.length, at + dice.below(12));
    const between = [
      () => '',
      () => result.slice(at, to).repeat(2),
      () => dice.one(HOSTILE),
      () => dice.one(HOSTILE).repeat(1 + dice.below(200)),
      () => String.fromCharCode(dice.below(0x2100)),
    ];
    result = result.slice(0, at) + dice.one(between)() + result.slice(to);
  }
  return result;
}

export function mutatedBytes(bytes: Buffer, dice: Dice): Buffer {
  const result = Buffer.from(bytes);
  for (let times = 1 + dice.below(6); times > 0; times--) if (result.length > 0) result[dice.below(result.length)] = dice.below(256);
  const at = dice.below(result.length + 1);
  return dice.below(3) === 0
    ? Buffer.concat([result.subarray(0, at), result.subarray(Math.min(result.length, at + dice.below(9)))])
    : result;
}
