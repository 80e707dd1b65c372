// `--header 'Name: value'` of `check`. Values are secrets and stand in no file: modules read them from variables of the process.
import { UsageError } from '../base/usage-error.ts';

const HEADER = /^([\w!#$%&'*+.^`|~-]+)(?::[ \t]*([^\r\n]*))?$/;

/** TORNWIRE_HEADER_AUTHORIZATION for Authorization. */
export const variableOf = (header: string): string => `TORNWIRE_HEADER_${header.toUpperCase().replaceAll(/\W/g, '_')}`;

/** Before the first worker, which has its variables from its start on. @throws UsageError, which quotes no value */
export function keepHeaders(given: readonly string[]): void {
  for (const [name, value] of Object.entries(headersOf(given))) process.env[variableOf(name)] = value;
}

/** `Name: value`, or `Name` for the value of its variable. @throws UsageError */
export function headersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const [, name, written] = HEADER.exec(each) ?? [];
      if (name === undefined) throw new UsageError(`--header: a name, a colon and a value, such as 'Accept-Language: en'`);
      const value = written ?? process.env[variableOf(name)];
      if (value === undefined) throw new UsageError(`--header ${name}: no value, neither behind a colon nor in ${variableOf(name)}`);
      return [name.toLowerCase(), value];
    }),
  );
}

/** As the text of a module. */
export function headersText(headers: Readonly<Record<string, string>>): string {
  const fields = Object.keys(headers).map((name) => `${JSON.stringify(name)}: process.env[${JSON.stringify(variableOf(name))}] ?? ''`);
  return `{ ${fields.join(', ')} }`;
}
