// How a command ends after an error: one line if the user or the machine caused it, a stack only if nobody expected it.
import { CommanderError } from 'commander';
import { UsageError } from './base/usage-error.ts';
import { behindFirstLine } from '../model/codes/code-text.ts';
import { TornwireError } from '../model/values/tornwire-error.ts';
import { EXIT } from '../model/values/exit-code.ts';

/** What goes to stderr, and the exit code. */
export function failureOf(error: unknown): { text: string; exitCode: number } {
  // It has written its own lines; asking for the help or the version is thrown as well, with code 0.
  if (error instanceof CommanderError) return { text: '', exitCode: error.exitCode === 0 ? EXIT.pass : EXIT.usage };
  if (error instanceof TornwireError) return { text: `tornwire: ${withCode(error)}\n`, exitCode: error.exitCode };
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { text: `tornwire: ${name}: ${stack ?? message}\n`, exitCode: EXIT.harness };
}

/** What was typed wrong needs no explanation beside its line. */
function withCode(error: TornwireError): string {
  return error instanceof UsageError ? error.message : behindFirstLine(error.message, error.code);
}
