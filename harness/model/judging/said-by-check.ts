// What an error that the script of a check throws says of itself (packs/base/broken.ts). It is a field, so that nobody reads it out of
// a sentence.

export interface SaidByCheck {
  code: 'TW-CHECK-BROKEN' | 'TW-CHECK-NOT-PROVED' | 'TW-CHECK-NO-TARGET';
  /** What its message begins with, and of TW-CHECK-BROKEN the check's line too. */
  word: string;
  /** A crash that the script has seen, and no oracle: a child over stdio owes its exit code to its parent alone. */
  crash?: SeenCrash;
}

export interface SeenCrash {
  node: string;
  /** What it wrote last on stderr, by line. */
  lines: readonly string[];
}

const CODES: ReadonlySet<unknown> = new Set([
  'TW-CHECK-BROKEN',
  'TW-CHECK-NOT-PROVED',
  'TW-CHECK-NO-TARGET',
] satisfies SaidByCheck['code'][]);

/** Undefined for any other error. The class may be of another copy of Tornwire, so its fields tell. */
export function saidByCheck(error: unknown): SaidByCheck | undefined {
  if (!(error instanceof Error) || !('code' in error) || !CODES.has(error.code)) return undefined;
  const { code, word, crash } = error as unknown as SaidByCheck;
  return { code, word, ...(crash && { crash }) };
}
