// What a check says about itself beside its scenario: the rule that it rests on, and the words for the author of the program.
// Plain data, so that it crosses the border between the worker that loads a pack and the command that prints.

/** Where it is written that a program must do so. */
export interface Rule {
  /** For example `MCP 2025-06-18, Lifecycle, Shutdown`. */
  source: string;
  /** The sentence itself, or what of it is meant, without its end. */
  says: string;
  url?: string;
  /** `requirement`: who breaks it is broken. `habit`: well-kept programs do so and nobody must; it never fails a check. */
  force: 'requirement' | 'habit';
}

/** What a finding of an oracle is called where the pack knows better than the oracle. */
export interface CheckWording {
  rule: Rule;
  /** What the always-on oracles rest on where they find something that this check did not look for. */
  beside?: Readonly<Partial<Record<'crash' | 'protocol' | 'process' | 'file', { rule: Rule; cure: string }>>>;
  /** What the script may throw that is a habit and no breach, by its word, with what it rests on. */
  habits?: Readonly<Record<string, Rule>>;
  /** What was done to the program, behind the word "after": `its client was killed`. */
  after: string;
  /** What a hang (a bound that passed) and what was left over are called; HANG and ORPHAN when absent. */
  hangIs?: string;
  leakIs?: string;
  /** What to do about it, in whole sentences. */
  cure?: string;
}
