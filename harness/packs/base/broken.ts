// What a check's script, or a pack, throws. What it says of itself is a field, and no report reads it out of a sentence.
import type { SaidByCheck } from '../../model/judging/said-by-check.ts';

/** The program is wrong, and `word` says how: ORPHAN, CRASH, WRONG ANSWER. The check's line begins with it. */
export class Broken extends Error implements SaidByCheck {
  readonly code = 'TW-CHECK-BROKEN';
  readonly word: string;

  /** @param what what was seen, from `your server` on */
  constructor(word: string, what: string) {
    super(what);
    this.name = word;
    this.word = word;
  }
}

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
