// The attributes that a toxic takes, declared as data: the API reads them by it (api/attributes.ts), and their types follow
// from it.

import { TIME_MS_MAX } from '../../stream/timer.ts';

export type Field =
  | { kind: 'string' }
  | { kind: 'bool' }
  /** Go's int64, as far as a double holds it and up to `max`. */
  | { kind: 'int'; min?: number; max?: number }
  | { kind: 'number'; min?: number }
  | { kind: 'ints'; min: number }
  | { kind: 'one-of'; values: readonly string[] }
  | { kind: 'match' };

export type Fields = Readonly<Record<string, Field>>;

/** What may be given: an attribute that is not given is absent. */
export type AttributesOf<F extends Fields> = { readonly [Name in keyof F]?: ValueOf<F[Name]> };

/** As Toxiproxy has them: an attribute that is not given is Go's zero value. */
export type GoAttributesOf<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> };

type ValueOf<F extends Field> = F extends { kind: 'one-of'; values: readonly (infer Value)[] } ? Value : Values[F['kind']];

interface Values {
  string: string;
  bool: boolean;
  int: number;
  number: number;
  ints: readonly number[];
  'one-of': string;
  match: FrameMatch;
}

export interface FrameMatch {
  opcode?: number;
  /** `text`, `binary`, `ping`, `line`, `request-head`, ... */
  type?: string;
  /** The decoded payload holds this text. */
  contains?: string;
  /** JSON pointers (RFC 6901) and the values that must be there. */
  json?: Readonly<Record<string, unknown>>;
}

/** Milliseconds and microseconds of Toxiproxy's toxics. Negative ones are none, as there; at most a year. */
export const TIME = { kind: 'int', max: TIME_MS_MAX } as const;
export const TIME_US = { kind: 'int', max: TIME_MS_MAX * 1000 } as const;
