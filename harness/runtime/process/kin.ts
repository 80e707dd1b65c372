// Processes of a run that carry no mark: a node has started them with an environment of its own making (`env -i`, sudo, what the
// MCP SDK does by default). They are known as descendants of a node's first process. Orphans among them come to this process
// (PR_SET_CHILD_SUBREAPER, prctl(2)) in place of the machine's first one, and are known by the group or session that they were born
// in, by what was seen of them before, or, where one run is open in this process, because nobody else has orphans here.
// Without the native call orphans that carry no mark are not found: only a box finds them then.
import { type MarkedProcess, RUN_MARKER } from '../linux/marked-processes.ts';
import { type SystemCalls, systemCalls } from '../linux/system-calls.ts';
import { allPids, type Kinship, kinshipOf, procFile } from '../linux/proc.ts';

export interface Kin extends Disposable {
  /** The first process of a node lives from now on. */
  begun(pid: number, node: string): void;
  /** Those who live and are not among the marked ones; orphans that have ended are done with on the way. */
  unmarked(marked: readonly MarkedProcess[]): MarkedProcess[];
}

/** In the environment of this process and of what a script starts by itself; no node has it. */
const OWN_MARKER = 'TORNWIRE_OWN';

/** First processes that live, of all runs in this process: the children of this process that are no orphans. */
const firsts = new Set<number>();
const open = new Set<Kin>();

/** Call it with each program that this process starts in a session of its own. */
export function knownChild(pid: number, ended: Promise<unknown>): void {
  firsts.add(pid);
  void ended.then(() => firsts.delete(pid));
}

export function kinOfRun(): Kin {
  calls()?.adoptOrphans();
  process.env[OWN_MARKER] = '1';
  const nodes = new Map<number, string>();
  const seen = new Map<string, string>();
  const kin: Kin = {
    begun: (pid, node) => void nodes.set(pid, node),
    unmarked: (marked) => unmarkedKin({ nodes, seen, alone: open.size === 1, marked: new Map(marked.map((each) => [each.pid, each])) }),
    [Symbol.dispose]: () => void open.delete(kin),
  };
  open.add(kin);
  return kin;
}

interface Known {
  /** By the number of the first process, also of one that has ended. */
  nodes: ReadonlyMap<number, string>;
  /** By number and start time: the node of everybody that was met. */
  seen: Map<string, string>;
  alone: boolean;
  marked: ReadonlyMap<number, MarkedProcess>;
}

function unmarkedKin(known: Known): MarkedProcess[] {
  const everybody = new Map(
    allPids()
      .flatMap((pid) => [[pid, kinshipOf(pid)] as const])
      .filter(isThere),
  );
  const nodeOf = new Map<number, string | undefined>();
  const found: MarkedProcess[] = [];
  for (const [pid, kinship] of everybody) {
    const belongs = lineage(pid, everybody, known, nodeOf);
    if (!belongs || known.nodes.has(pid)) continue;
    if (kinship.state === 'Z') {
      if (kinship.parent === process.pid) calls()?.reap(pid);
      continue;
    }
    if (belongs.node !== undefined) known.seen.set(`${pid} ${kinship.startTime}`, belongs.node);
    if (!known.marked.has(pid) && !isMarked(pid)) found.push({ pid, ...belongs });
  }
  return found;
}

/** Undefined for somebody who is no kin. */
function lineage(
  pid: number,
  everybody: ReadonlyMap<number, Kinship>,
  known: Known,
  nodeOf: Map<number, string | undefined>,
): { node?: string } | undefined {
  if (nodeOf.has(pid)) return told(nodeOf.get(pid));
  const kinship = everybody.get(pid);
  if (!kinship || pid === process.pid) return undefined;
  const own = known.marked.get(pid)?.node ?? (firsts.has(pid) ? known.nodes.get(pid) : undefined);
  const parent = own === undefined && kinship.parent !== process.pid ? lineage(kinship.parent, everybody, known, nodeOf) : undefined;
  const belongs = own === undefined ? (parent ?? orphan(pid, kinship, known)) : { node: own };
  if (belongs) nodeOf.set(pid, belongs.node);
  return belongs;
}

function orphan(pid: number, { state, parent, group, session, startTime }: Kinship, known: Known): { node?: string } | undefined {
  if (parent !== process.pid || firsts.has(pid)) return undefined;
  const node = known.seen.get(`${pid} ${startTime}`) ?? known.nodes.get(session) ?? known.nodes.get(group);
  if (node !== undefined) return { node };
  // What this process starts for itself stays in its session or carries its mark. Of one that has ended no mark can be read.
  const stranger = state !== 'Z' && session !== ownSession() && !(procFile(pid, 'environ')?.includes(`${OWN_MARKER}=`) ?? false);
  if (!known.alone || !stranger) return undefined;
  const [only, another] = new Set(known.nodes.values());
  return another === undefined ? told(only) : {};
}

let native: SystemCalls | undefined | 'not tried' = 'not tried';
function calls(): SystemCalls | undefined {
  if (native === 'not tried') {
    const tried = systemCalls();
    native = 'missing' in tried ? undefined : tried;
  }
  return native;
}

let ofThis: number | undefined;
function ownSession(): number {
  ofThis ??= kinshipOf(process.pid)?.session ?? 0;
  return ofThis;
}

/** Also of another run. */
function isMarked(pid: number): boolean {
  return procFile(pid, 'environ')?.includes(`${RUN_MARKER}=`) ?? false;
}

function told(node: string | undefined): { node?: string } {
  return node === undefined ? {} : { node };
}

function isThere(entry: readonly [number, Kinship | undefined]): entry is readonly [number, Kinship] {
  return entry[1] !== undefined;
}
