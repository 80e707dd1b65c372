// The two values that an assertion compared. node:assert, Chai and the expect of Vitest and Jest all name them `expected` and `actual`.
import { inspect } from 'node:util';
import { boundedLine } from '../values/bounded-text.ts';

const VALUE_MAX = 2_000;

/** Undefined for an error that compared nothing. */
export function comparedBy(error: unknown): { expected: string; actual: string } | undefined {
  if (!(error instanceof Error) || !('expected' in error) || !('actual' in error)) return undefined;
  return { expected: shown(error.expected), actual: shown(error.actual) };
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 6, breakLength: Infinity, maxArrayLength: 50, maxStringLength: VALUE_MAX });
  return boundedLine(text, VALUE_MAX);
}
