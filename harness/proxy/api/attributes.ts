// The attributes of toxics and the fields of proxies as they come in JSON: which there are, what they hold, and what is
// wrong with a given one. Toxiproxy's attributes are read as its Go structs read them: a missing one is zero, an unknown
// one is ignored. Ours are read strictly, because a misspelt trigger would be a fault that never fires.

import { goKind, isGoObject, membersOf } from './go-json.ts';
import type { Member } from './go-json.ts';
import type { Field, Fields, GoAttributesOf } from '../toxics/base/fields.ts';

export type Decoded<T> = { values: T } | { error: string };

/** `struct` is Go's name of the type, for its error words. Given values are laid over `base`; keys match in any case. */
export function decodeGo<F extends Fields>(
  fields: F,
  struct: string,
  base: Readonly<Record<keyof F, unknown>>,
  given: object | null | undefined,
): Decoded<GoAttributesOf<F>> {
  const values: Record<string, unknown> = { ...base };
  for (const member of given === null || given === undefined ? [] : membersOf(given)) {
    const { key, value } = member;
    const name = Object.keys(fields).find((field) => field.toLowerCase() === key.toLowerCase());
    if (name === undefined || value === null) continue;
    const field = fields[name]!;
    const problem = goProblem(field, member);
    if (problem !== undefined)
      return { error: `json: cannot unmarshal ${problem[0]} into Go struct field ${struct}.${name} of type ${problem[1]}` };
    const max = field.kind === 'int' ? (field.max ?? Number.MAX_SAFE_INTEGER) : undefined;
    if (max !== undefined && typeof value === 'number' && Math.abs(value) > max)
      return {
        error: `${struct}.${name} is ${member.source ?? JSON.stringify(value)}: only what is kept exactly is taken, at most ${max}`,
      };
    values[name] = value;
  }
  // Each given value has been held to its field, and the base is what an earlier call gave, or zeroes.
  return { values: values as GoAttributesOf<F> };
}

/** Ours: `base` plus what is given, where null takes a value away. */
export function decodeStrict(
  fields: Fields,
  type: string,
  base: Readonly<Record<string, unknown>>,
  given: object | null | undefined,
): Decoded<Record<string, unknown>> {
  const values: Record<string, unknown> = { ...base };
  for (const { key: name, value } of given === null || given === undefined ? [] : membersOf(given)) {
    if (!Object.hasOwn(fields, name))
      return { error: `${type} has no attribute ${JSON.stringify(name)}; it has ${Object.keys(fields).join(', ')}` };
    if (value === null) {
      delete values[name];
      continue;
    }
    const problem = strictProblem(fields[name]!, value);
    if (problem !== undefined) return { error: `attribute ${name} of ${type} must be ${problem}, not ${shown(value)}` };
    values[name] = value;
  }
  return { values };
}

/** Zero values, as a fresh Go struct has them. */
export function zeroes(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, zeroOf(field)]));
}

function zeroOf(field: Field): unknown {
  if (field.kind === 'string') return '';
  return field.kind === 'bool' ? false : 0;
}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const FLOAT32_MAX = 3.4028234663852886e38;

function goProblem(field: Field, { value, source = String(value) }: Member): [string, string] | undefined {
  const kind = goKind(value);
  switch (field.kind) {
    case 'string':
      return kind === 'string' ? undefined : [kind, 'string'];
    case 'bool':
      return kind === 'bool' ? undefined : [kind, 'bool'];
    case 'int':
      if (kind !== 'number') return [kind, 'int64'];
      return isInt64(source) ? undefined : [`number ${source}`, 'int64'];
    case 'number':
      if (typeof value !== 'number') return [kind, 'float32'];
      return Math.abs(value) <= FLOAT32_MAX ? undefined : [`number ${source}`, 'float32'];
    case 'ints':
    case 'one-of':
    case 'match':
      throw new Error(`Toxiproxy has no field of kind ${field.kind}`);
    default:
      return field satisfies never;
  }
}

function isInt64(source: string): boolean {
  return /^-?\d{1,19}$/.test(source) && BigInt(source) >= INT64.min && BigInt(source) <= INT64.max;
}

function strictProblem(field: Field, value: unknown): string | undefined {
  switch (field.kind) {
    case 'string':
      return typeof value === 'string' ? undefined : 'a string';
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'int': {
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = field;
      return isWhole(value, min, max)
        ? undefined
        : `a whole number ${max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`}`;
    }
    case 'number':
      return typeof value === 'number' && value >= (field.min ?? 0) ? undefined : `a number of at least ${field.min ?? 0}`;
    case 'ints': {
      const fits = Array.isArray(value) && value.length > 0 && value.every((each) => isWhole(each, field.min));
      return fits ? undefined : `a list of whole numbers of at least ${field.min}`;
    }
    case 'one-of':
      return field.values.some((each) => each === value) ? undefined : `one of ${field.values.join(', ')}`;
    case 'match':
      return matchProblem(value);
    default:
      return field satisfies never;
  }
}

function isWhole(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}

const MATCH_FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  opcode: (value) => isWhole(value, 0, 15),
  type: (value) => typeof value === 'string',
  contains: (value) => typeof value === 'string' && value !== '',
  json: (value) => isGoObject(value) && Object.keys(value).every((key) => key === '' || key.startsWith('/')),
};

function matchProblem(value: unknown): string | undefined {
  const wanted =
    'an object of opcode (0 to 15), type (text), contains (text) and json (JSON pointers with their values), at least one of them';
  if (!isGoObject(value)) return wanted;
  const entries = Object.entries(value);
  const fits = entries.length > 0 && entries.every(([name, each]) => Object.hasOwn(MATCH_FIELDS, name) && MATCH_FIELDS[name]!(each));
  return fits ? undefined : wanted;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 100 ? `${text.slice(0, 100)}...` : text;
}
