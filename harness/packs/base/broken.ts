// What a check's script, or a pack, throws. What it says of itself is a field, and no report reads it out of a sentence.
import type { SaidByCheck, SeenCrash } from '../../model/judging/said-by-check.ts';

const LINES_MAX = 300;

/** The program is wrong, and `word` says how: ORPHAN, CRASH, WRONG ANSWER. The check's line begins with it. */
export class Broken extends Error implements SaidByCheck {
  readonly code = 'TW-CHECK-BROKEN';
  readonly word: string;
  readonly crash?: SeenCrash;

  /**
   * @param what what was seen, from `your server` on
   * @param crash of the word CRASH: one that several checks meet is told once
   */
  constructor(word: string, what: string, crash?: SeenCrash) {
    super(what);
    this.name = word;
    this.word = word;
    if (crash) this.crash = crash;
  }
}

/** Of what a program has written on stderr, what may tell why it ended. */
export const seenCrash = (node: string, stderr: string): SeenCrash => ({ node, lines: stderr.split('\n').slice(-LINES_MAX) });

/** Stands in the `why` of a NotATarget for how the program ended and what it said last. */
export const LAST_WORDS = '{last words}';

/** The command is nothing that this pack can check: `why` is one line for whoever typed it. */
export class NotATarget extends Error implements SaidByCheck {
  readonly code = 'TW-CHECK-NO-TARGET';
  override name = 'NOT A TARGET';
  readonly word = 'NOT A TARGET';
}

/** The target lacks something, or has something that the pack does not understand: one line for whoever typed it. */
export class PackUsageError extends Error {
  override name = 'PackUsageError';
}

/** The program lawfully lacks what this check is about: `why` is the end of a sentence. The case counts as skipped by design. */
export class NotApplicable extends Error {
  override name = 'NOT APPLICABLE';
}

/** What this check wants to see could not come about, and the program is not to blame. */
export class NotProved extends Error implements SaidByCheck {
  readonly code = 'TW-CHECK-NOT-PROVED';
  override name = 'NOT PROVED';
  readonly word = 'NOT PROVED';
}
