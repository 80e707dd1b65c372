// What runtimes say when an error that nobody has caught ends a program, each with the exit codes of such an end. A program can log the
// same words about an error that it has caught, and then it goes on living or ends in another way.

/** `null`: by a signal, which abort(3) is. */
const UNCAUGHT: readonly { said: RegExp; codes: readonly (number | null)[] }[] = [
  // Node.js documentation, Process, Exit codes.
  { said: /^Node\.js v\d/, codes: [1, 6, 7] },
  // Deno.
  { said: /^(?:error: )?Uncaught /, codes: [1] },
  // Python, The Python Standard Library, sys.excepthook; of an exception group each line begins with a bar or a plus.
  { said: /^[\s|+]*(?:Exception Group )?Traceback \(most recent call last\)/, codes: [1] },
  // Python, sys.exit: 120 when what is buffered cannot be written at the end.
  { said: /^Exception ignored (?:in|on|while)\b/, codes: [120] },
  // Java, java(1).
  { said: /^Exception in thread "/, codes: [1] },
  // Go, package runtime; Rust, std::process, where a panic may abort.
  { said: /^panic: /, codes: [2] },
  { said: /^thread '.*' (?:\(\d+\) )?panicked at/, codes: [101, null] },
  // C++, std::terminate, and .NET: both abort.
  { said: /^(?:terminate called|Unhandled exception)/, codes: [null] },
];

/** Whether a program that has said these lines, and ended so, was ended by an error that nobody has caught. */
export function isUncaught(lines: readonly string[], { code }: { code: number | null }): boolean {
  return UNCAUGHT.some(({ said, codes }) => codes.includes(code) && lines.some((line) => said.test(line)));
}
