// What a check's script, or a pack, throws. The word of Broken is what the check's line begins with.

/** The program is wrong, and `word` says how: ORPHAN, CRASH, WRONG ANSWER. */
export class Broken extends Error {
  /** @param what what was seen, from `your server` on */
  constructor(word: string, what: string) {
    super(what);
    this.name = word;
  }
}

/** Stands in the `why` of a NotATarget for how the program ended and what it said last. */
export const LAST_WORDS = '{last words}';

/** The command is nothing that this pack can check: `why` is one line for whoever typed it. */
export class NotATarget extends Error {
  override name = 'NOT A TARGET';
}

/** The target lacks something, or has something that the pack does not understand: one line for whoever typed it. */
export class PackUsageError extends Error {
  override name = 'PackUsageError';
}

/** What this check wants to see could not come about, and the program is not to blame. */
export class NotProved extends Error {
  override name = 'NOT PROVED';
}
