// Descendants of a node that carry no mark: where the kernel hands no mark down (no native calls), a node that starts another
// program with an environment of its own making (`env -i`, sudo, what the MCP SDK does by default) hides it. It is known for as long
// as its parents live. Nobody is adopted for it: an orphan belongs to the machine's first process, which asks how it ended, as by hand.
import { type MarkedProcess, RUN_MARKER } from '../linux/marked-processes.ts';
import { type Kinship, kinshipOf, procText } from '../linux/proc.ts';

export interface Kin {
  /** The first process of a node lives from now on. */
  begun(pid: number, node: string, ended: Promise<unknown>): void;
  /** Those among these who live and are not among the marked ones. */
  unmarked(marked: readonly MarkedProcess[], among: readonly number[]): MarkedProcess[];
}

export function kinOfRun(): Kin {
  /** By the numbers of the first processes that live. */
  const firsts = new Map<number, string>();
  return {
    begun(pid, node, ended) {
      firsts.set(pid, node);
      void ended.then(() => firsts.delete(pid));
    },
    unmarked(marked, among) {
      const everybody = new Map(among.flatMap((pid) => [[pid, kinshipOf(pid)] as const]).filter(isThere));
      const known = new Map([...firsts, ...marked.flatMap(({ pid, node }) => (node === undefined ? [] : [[pid, node] as const]))]);
      const strangers = [...everybody].filter(([pid, { state }]) => state !== 'Z' && !known.has(pid));
      return strangers.flatMap(([pid, { parent }]) => {
        const node = nodeAbove(parent, everybody, known);
        return node === undefined || isMarked(pid) ? [] : [{ pid, node }];
      });
    },
  };
}

function nodeAbove(pid: number, everybody: ReadonlyMap<number, Kinship>, known: ReadonlyMap<number, string>): string | undefined {
  const node = known.get(pid);
  const parent = everybody.get(pid)?.parent;
  return node !== undefined || parent === undefined || pid === process.pid ? node : nodeAbove(parent, everybody, known);
}

/** Also of another run, or a helper program. */
function isMarked(pid: number): boolean {
  return procText(pid, 'environ')?.includes(`${RUN_MARKER}=`) ?? false;
}

function isThere(entry: readonly [number, Kinship | undefined]): entry is readonly [number, Kinship] {
  return entry[1] !== undefined;
}
