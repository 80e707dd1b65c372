// `--env NAME=value` and `--env NAME` of `check`. A value that may be a secret stands in no file and in no line that is printed: it is in a
// variable of the process, whose name keeps it out of whatever is recorded.
import { isSecretVariable } from '../../model/secrets/names.ts';
import { looksSecret } from '../../model/secrets/shapes.ts';
import { UsageError } from '../base/usage-error.ts';

/** TORNWIRE_SECRET_API_KEY for API_KEY. */
export const secretVariableOf = (name: string): string => `TORNWIRE_SECRET_${name}`;

/** Shorter ones are not looked for: they would blot out ordinary words. */
const LENGTH_MIN = 6;
/** What is evidently no secret: a number, a word of letters, a path, an address of host and port, a page of this machine. */
const ORDINARY = [
  /^-?\d+(?:\.\d+)?[a-z%]{0,3}$/i,
  /^[A-Za-z]+$/,
  /^(?:\.{0,2}|[\w.@+-]+)(?:\/[\w.@+-]+)+\/?$/,
  /^[\w.-]+:\d{1,5}$/,
  /^\[?[\d.:a-f]+\]?(?::\d{1,5})?$/i,
  /^[a-z]+:\/\/[\w.-]+(?::\d{1,5})?\/?$/i,
  /^[a-z]+:\/\/(?:localhost|127\.[\d.]+|\[::1\])(?::\d{1,5})?(?:\/[\w./-]*)?$/i,
];

/** @param name of a variable */
function mayBeSecret(name: string, value: string): boolean {
  if (isSecretVariable(name) || looksSecret(value)) return true;
  return value.length >= LENGTH_MIN && !ORDINARY.some((form) => form.test(value));
}

interface GivenVariable {
  name: string;
  value: string;
  /** It was named alone, or it may be a secret: whatever is written has the name in place of the value. */
  byName: boolean;
}

/** @throws UsageError, which quotes no value */
export function variablesOf(given: readonly string[]): GivenVariable[] {
  return given.map((each) => {
    const at = each.indexOf('=');
    if (at >= 0) return { name: each.slice(0, at), value: each.slice(at + 1), byName: mayBeSecret(each.slice(0, at), each.slice(at + 1)) };
    const value = process.env[each] ?? process.env[secretVariableOf(each)];
    if (value === undefined) throw new UsageError(`--env ${each}: no value, neither behind = nor in ${each}`);
    return { name: each, value, byName: true };
  });
}

/** A worker has its variables from its start on: this comes before the first one. @throws UsageError, which quotes no value */
export function keepVariables(given: readonly string[]): void {
  for (const { name, value, byName } of variablesOf(given)) if (byName) process.env[secretVariableOf(name)] = value;
}

/** As they can be typed again, without what may be a secret. */
export function variableWords(given: readonly string[]): string[] {
  return variablesOf(given).map(({ name, value, byName }) => (byName ? name : `${name}=${value}`));
}
