// What the exit code of every command says (docs/reference/exit-codes.md).

export const EXIT = { pass: 0, fail: 1, usage: 2, harness: 3, unknown: 4, interrupted: 130 } as const;
