// A pair is a tiny program with one planted bug and its twin without it. Both are made from the same file: the bug is a
// change of a few words. The scenario and what is done by hand are the same for both.
import type { Oracle } from '../../model/judging/oracle.ts';
import type { Script, System } from '../../model/scenario.ts';
import type { Step } from '../../model/faults/fault.ts';
import type { Duration } from '../../model/time/duration.ts';
import type { Talk } from './talk.ts';

export const TWINS = ['bug', 'clean'] as const;
export type Twin = (typeof TWINS)[number];
export type Language = 'node' | 'python' | 'c' | 'shell';
export type Speech = 'tcp' | 'unix' | 'stdio' | 'http' | 'websocket';
/** What stands in the file, once, and what stands there instead. */
export type Change = readonly [from: string, to: string];

export interface Pair {
  /** A part of a path: lower-case letters, digits and dashes. */
  name: string;
  /** The oracle that must find the bug: it fails, or where nothing can be known it is unknown. */
  oracle: string;
  outcome: 'fail' | 'unknown';
  /** Another oracle that may find it as well as that one. */
  also?: string;
  /** The bug in one sentence. */
  bug: string;
  /** Its row in the list of holes that foreign programs showed; absent where it never was one. */
  hole?: string;
  language: Language;
  shape: Shape;
  /** The file among the programs that has the bug; absent where the bug is the script's. */
  program?: string;
  change?: Change;
  /** The clean twin is changed as well: it looks like the bug and is none. */
  lookAlike?: Change;
  /** Why its verdict is wrong today. Such a pair is shown and counted apart. */
  known?: string;
  hand: ByHand;
  plot: Plot;
}

/** What is done without a harness, in the words of programs/hand.mjs, and what is seen then. */
interface ByHand {
  steps: string;
  bug: string;
  clean: string;
}

export interface Plot {
  schedule?: readonly Step[] | ((twin: Twin) => readonly Step[]);
  script(context: Script & Talk, twin: Twin): Promise<void>;
  oracles?: readonly Oracle[];
  /** None by default: a pair names the truth that its bug divides. */
  truths?: readonly string[];
  restWithin?: Duration;
  within?: Duration;
}

/** Which programs there are and how they are joined. */
export interface Shape {
  speech: Speech;
  system(words: Words): System<Talk>;
  /** For programs/hand.mjs: its options, the variables of all programs, and each program in the order of its start. */
  hand(words: Words): { options: readonly string[]; env: Readonly<Record<string, string>>; programs: readonly (readonly string[])[] };
}

/** The words that start one of the programs; `{node}` is Node. */
export type Words = (program: string) => readonly string[];

export function languageOf(program: string): Language {
  const ending = program.split('.').at(-1);
  return ending === 'py' ? 'python' : ending === 'c' ? 'c' : ending === 'sh' ? 'shell' : 'node';
}
