// Every stable code that a message can have, and what it means.
import { ERRORS } from './errors.ts';
import type { Explanation } from './explanation.ts';
import { FINDINGS } from './findings.ts';
import { MACHINE } from './machine.ts';
import { UNKNOWNS } from './unknowns.ts';

export type Explained = { code: string } & Explanation;

const ALL: ReadonlyMap<string, Explanation> = new Map(Object.entries({ ...FINDINGS, ...UNKNOWNS, ...ERRORS, ...MACHINE }));

export const CODES: readonly string[] = [...ALL.keys()];

/** @param asked a code in letters of any case, with or without its TW- and its brackets; undefined when there is none like it */
export function explain(asked: string): Explained | undefined {
  const code = withPrefix(asked);
  const explanation = ALL.get(code);
  return explanation && { code, ...explanation };
}

export function withPrefix(asked: string): string {
  const bare = asked
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .toUpperCase();
  return bare.startsWith('TW-') ? bare : `TW-${bare}`;
}
