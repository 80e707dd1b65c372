// What a check's script throws. The word before the colon is what the check's line begins with.

/** The program is wrong, and `word` says how: ORPHAN, CRASH, WRONG ANSWER. */
export class Broken extends Error {
  /** @param what what was seen, from `your server` on */
  constructor(word: string, what: string) {
    super(what);
    this.name = word;
  }
}

/** The command is nothing that this pack can check: `why` is one line for whoever typed it. */
export class NotATarget extends Error {
  override name = 'NOT A TARGET';
}
