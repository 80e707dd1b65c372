// Where two JSON values differ, as JSON pointers (RFC 6901) down to the smallest differing part.
import { canonicalJson, type Json, type JsonObject } from '../values/json.ts';

export interface Difference {
  pointer: string;
  /** Absent on that side when undefined. */
  left: Json | undefined;
  right: Json | undefined;
}

const SHOWN_MAX = 60;

export function diff(left: Json | undefined, right: Json | undefined, pointer = ''): Difference[] {
  const parts = isContainer(left) && isContainer(right) && Array.isArray(left) === Array.isArray(right);
  if (!parts) return same(left, right) ? [] : [{ pointer, left, right }];
  const [before, after] = [left as JsonObject, right as JsonObject];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => diff(before[key], after[key], `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`));
}

/** `/w1/x: room 5, desktop 0`, one line a difference. */
export function diffLines(differences: readonly Difference[], leftName: string, rightName: string, linesMax: number): string[] {
  const lines = differences
    .slice(0, linesMax)
    .map(({ pointer, left, right }) => `${pointer === '' ? '(all)' : pointer}: ${leftName} ${shown(left)}, ${rightName} ${shown(right)}`);
  if (differences.length <= linesMax) return lines;
  return [...lines.slice(0, linesMax - 1), `and ${differences.length - linesMax + 1} more`];
}

function isContainer(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left) === canonicalJson(right);
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'has nothing';
  const text = canonicalJson(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 1)}…` : text;
}
