// Two runs of a case, side by side: what differed first. Frames are aligned by link, connection and direction, everything else by what
// it is about. Two runs of one program never agree in ids, ports and times; what differs only there is counted and shown apart.
import type { History } from '../../model/judging/history.ts';
import { logsOf, streamsOf, type Item, type Stream } from './streams.ts';

export interface Difference {
  /** `client->server, connection 1, downstream`, `node server`, `promise 'the script comes to its end'`, `log of server`. */
  where: string;
  /** How many items of this stream were the same in both before it. */
  same: number;
  /** What each has there; null where it has nothing more. */
  a: Side | null;
  b: Side | null;
}

export interface Side {
  /** Milliseconds since the script began; below 0 while the nodes come up. */
  atMs: number;
  /** The event in the history. */
  seq: number;
  text: string;
}

export interface CaseComparison {
  /** In the order of time. The first is what differed first. */
  differences: readonly Difference[];
  /** Where both did the same with other numbers, ids or times, or more often. */
  values: readonly Difference[];
}

export function compareCases(a: History, b: History): CaseComparison {
  const [left, right] = [streamsOf(a), streamsOf(b)];
  const names = [...new Set([...left.keys(), ...right.keys()])];
  const pairs = names.map((name) => held(name, left.get(name), right.get(name)));
  const differences = [...pairs.flatMap(({ difference }) => difference ?? []), ...logDifferences(a, b)];
  return {
    differences: differences.toSorted((one, other) => timeOf(one) - timeOf(other)),
    values: pairs.flatMap(({ value }) => value ?? []).toSorted((one, other) => timeOf(one) - timeOf(other)),
  };
}

function timeOf({ a, b }: Difference): number {
  return Math.min(a?.atMs ?? Infinity, b?.atMs ?? Infinity);
}

function held(where: string, a?: Stream, b?: Stream): { difference?: Difference; value?: Difference } {
  const [left, right] = [a?.items ?? [], b?.items ?? []];
  const shared = Math.min(left.length, right.length);
  const apart = Array.from({ length: shared }, (_, i) => i).find((i) => left[i]?.key !== right[i]?.key);
  const at = apart ?? (left.length === right.length ? undefined : shared);
  const value = Array.from({ length: at ?? shared }, (_, i) => i).find((i) => left[i]?.text !== right[i]?.text);
  return {
    ...(at !== undefined && { difference: { where, same: at, a: side(left[at]), b: side(right[at]) } }),
    ...(value !== undefined && { value: { where, same: value, a: side(left[value]), b: side(right[value]) } }),
  };
}

/** The first line of each node that the other run's node never said. */
function logDifferences(a: History, b: History): Difference[] {
  const [left, right] = [logsOf(a), logsOf(b)];
  return [...new Set([...left, ...right].map(({ node }) => node))].flatMap((node) => {
    const ofA = left.filter((line) => line.node === node).map(({ item }) => item);
    const ofB = right.filter((line) => line.node === node).map(({ item }) => item);
    const [onlyA, onlyB] = [firstNew(ofA, ofB), firstNew(ofB, ofA)];
    const where = `log of ${node}`;
    return [
      ...(onlyA ? [{ where, same: 0, a: side(onlyA), b: null }] : []),
      ...(onlyB ? [{ where, same: 0, a: null, b: side(onlyB) }] : []),
    ];
  });
}

function firstNew(items: readonly Item[], others: readonly Item[]): Item | undefined {
  const known = new Set(others.map(({ key }) => key));
  return items.find(({ key }) => !known.has(key));
}

function side(item: Item | undefined): Side | null {
  return item ? { atMs: Math.round(item.atMs * 10) / 10, seq: item.seq, text: item.text } : null;
}
