// What runtimes say when an error that nobody has caught ends a program, each with the exit codes of such an end. A program can log the
// same words about an error that it has caught, and then it goes on living or ends in another way.

/** `null`: by a signal, which abort(3) is. */
const UNCAUGHT: readonly { said: RegExp; codes: readonly (number | null)[]; unless?: (lines: readonly string[], at: number) => boolean }[] =
  [
    // Node.js documentation, Process, Exit codes.
    { said: /^Node\.js v\d/, codes: [1, 6, 7] },
    // Deno.
    { said: /^(?:error: )?Uncaught /, codes: [1] },
    // Python, The Python Standard Library, sys.excepthook; of an exception group each line begins with a bar or a plus.
    { said: /^[\s|+]*(?:Exception Group )?Traceback \(most recent call last\)/, codes: [1], unless: isOnlyLogged },
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
  return UNCAUGHT.some(
    ({ said, codes, unless }) => codes.includes(code) && lines.some((line, at) => said.test(line) && unless?.(lines, at) !== true),
  );
}

/** A frame of a Python trace. What the program prints on stdout meanwhile may stand before it. */
const FRAME = /^[\s|+]*File ".*", line \d+/;
/** What is outermost in a program: the module that is run, or what runs it for `python -m`. */
const OUTERMOST = /, in (?:<module>|_run_module_as_main)$/;
/** A record of a logger, whose trace is behind it. */
const LOGGED = /\b(?:ERROR|CRITICAL|FATAL)\b/;

/**
 * A Python program that has caught its error may log the trace and end with code 1, as sys.excepthook does. A trace leads from where the
 * error is caught to where it was raised: one that nobody has caught begins at the outermost frame, and one that a function has
 * caught begins at that function. A program that catches it in its module says the same bytes as if nobody had (traceback.print_exc()),
 * and only the record of a logger in the line before tells; where there is none, it counts as not caught.
 */
function isOnlyLogged(lines: readonly string[], at: number): boolean {
  const first = lines.slice(at + 1).find((line) => FRAME.test(line)) ?? '';
  return !OUTERMOST.test(first) || LOGGED.test(lines[at - 1] ?? '');
}
