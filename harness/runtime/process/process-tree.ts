// A started program together with everything it started. A signal goes to the whole group at once. The marker finds the
// processes that have left the group.
import type { Node } from '../../model/system/topology.ts';
import { allAsleep } from '../linux/asleep.ts';
import type { LogLines, LogStream } from '../logs/log-lines.ts';
import { killUntilGone, type MarkedProcess, sendSignal } from '../linux/marked-processes.ts';
import { imposeBy } from '../faults/holds.ts';
import type { NodeSite } from '../faults/node-processes.ts';
import { poll, settlesWithin } from '../linux/poll.ts';
import { allPids, commandLineOf, kinshipOf, startedAtMs, startTimeOf, stateOf } from '../linux/proc.ts';
import { type Leftover, type RunningNode, RuntimeError } from '../runtime.ts';
import { PROCESS_HOLDS } from './process-holds.ts';
import type { SpawnedProgram } from './spawn-program.ts';

export interface ProcessTree {
  first: SpawnedProgram;
  /** Who carries the marker now. */
  readonly marked: () => MarkedProcess[];
  /** The same for all nodes that are asked for without a pause between; by default a look of its own. */
  readonly glanced?: () => MarkedProcess[];
  /** Processes of other nodes: one that it has started over stdio is in its group, unless it leads one of its own. */
  readonly others?: () => MarkedProcess[];
  /** Numbers of processes among which are all of the run; by default all of this machine. */
  readonly begun?: () => readonly number[];
}

/** After SIGKILL only the kernel is waited for. */
export const KILL_WITHIN_MS = 5_000;

export function runningNode(node: Node, tree: ProcessTree, log: LogLines, site: NodeSite): RunningNode {
  const { first } = tree;
  return {
    name: node.name,
    pid: first.pid,
    exited: first.exited,
    hasEnded: () => first.ended || startTimeOf(first.pid) === undefined,
    pids: () => Promise.resolve(pidsOf({ first, marked: tree.glanced ?? tree.marked })),
    signal: async (signal, to) => (to === 'process' ? signalFirst(first, signal) : signalGroup(first, signal)),
    pause: async () => pauseTree(tree),
    resume: async () => signalTree(tree, 'SIGCONT'),
    stop: () => stopTree(tree, node.stopWithinMs),
    kill: async () => {
      if (!first.ended) await killTree(tree);
    },
    impose(fault, atStart = false) {
      const processes = {
        ...site,
        name: node.name,
        pid: first.pid,
        pids: () => Promise.resolve(pidsOf(tree)),
        stopReading: (stream: LogStream) => first.stopReading(stream),
      };
      return imposeBy(PROCESS_HOLDS, fault, processes, atStart);
    },
    ...(first.type && { type: first.type }),
    logTail: log.tail,
  };
}

/** @throws RuntimeError when the kernel does not let go of them. */
export async function killTree(tree: ProcessTree): Promise<void> {
  signalOwn(tree, 'SIGKILL');
  const { left } = await killUntilGone(() => pidsOf(tree), KILL_WITHIN_MS);
  if (left.length > 0) throw new RuntimeError(`processes ${left.join(', ')} survived SIGKILL for ${KILL_WITHIN_MS} ms`);
  await tree.first.exited;
}

/** Who has ended since it was found, or only waits for somebody to ask how it ended, is none. */
export async function processLeftovers(found: readonly MarkedProcess[]): Promise<Leftover[]> {
  const left = found.filter(({ pid }) => (stateOf(pid) ?? 'Z') !== 'Z');
  const asleep = (await allAsleep(left.map(({ pid }) => pid))) && ({ asleep: true } as const);
  return left.map(({ pid, node }) => ({
    what: 'process',
    ...told(pid, commandLineOf(pid), lifeOf(pid)),
    ...(node === undefined ? {} : { node }),
    ...asleep,
  }));
}

type Life = Pick<Leftover, 'ageMs' | 'parent'>;

function told(pid: number, command: string, { ageMs, parent }: Life): Pick<Leftover, 'pid' | 'command' | 'detail'> & Life {
  const words = `${pid} ${command}`;
  if (ageMs === undefined || parent === undefined) return { detail: words, pid, command };
  const life = `started ${(ageMs / 1_000).toFixed(1)} s before, now a child of ${parent.pid} (${parent.command})`;
  return { detail: `${words}, ${life}`, pid, command, ageMs, parent };
}

/** Since when it lives and whose child it is now: an orphan is a child of the harness, or of the first process of its box. */
function lifeOf(pid: number): Life {
  const kinship = kinshipOf(pid);
  const startedMs = startedAtMs(pid);
  if (kinship === undefined || startedMs === undefined) return {};
  const parent = { pid: kinship.parent, command: commandLineOf(kinship.parent) };
  return { ageMs: Math.max(0, Math.round(Date.now() - startedMs)), parent };
}

async function stopTree(tree: ProcessTree, withinMs: number): Promise<{ killed: boolean; survivors?: Leftover[] }> {
  if (tree.first.ended) return { killed: false };
  const deadline = performance.now() + withinMs;
  signalGroup(tree.first, 'SIGTERM');
  signalTree(tree, 'SIGCONT');
  await settlesWithin(tree.first.exited, withinMs);
  const gone = await poll(() => pidsOf(tree).length === 0 || undefined, { withinMs: deadline - performance.now() });
  if (gone) return { killed: false };
  const survivors = await processLeftovers(tree.marked());
  await killTree(tree);
  return { killed: true, survivors };
}

/** A process may fork while it is looked for: passes repeat until one finds nobody new. */
function pauseTree(tree: ProcessTree): void {
  const stopped = new Set<number>();
  for (let pass = 0; pass < 10; pass += 1) {
    const fresh = pidsOf(tree).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) return;
    signalOwn(tree, 'SIGSTOP');
    for (const pid of fresh) {
      sendSignal(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
}

function signalTree(tree: ProcessTree, signal: NodeJS.Signals): void {
  if (tree.first.ended) return;
  signalOwn(tree, signal);
  for (const pid of pidsOf(tree)) sendSignal(pid, signal);
}

function signalFirst(first: SpawnedProgram, signal: NodeJS.Signals): void {
  if (!first.ended) sendSignal(first.pid, signal);
}

/**
 * Only while its first process lives: afterwards the number may belong to somebody else's group. A child over stdio leads a
 * group only if its parent wanted that.
 */
function signalGroup(first: SpawnedProgram, signal: NodeJS.Signals): void {
  if (first.ended) return;
  const leads = kinshipOf(first.pid)?.group === first.pid;
  sendSignal(leads ? -first.pid : first.pid, signal);
}

/** The group without the processes of other nodes in it: those are killed or stopped by their own names. */
function signalOwn(tree: ProcessTree, signal: NodeJS.Signals): void {
  const { first, others, begun = allPids } = tree;
  const spared = new Set(others?.().flatMap(({ pid }) => (kinshipOf(pid)?.group === first.pid ? [pid] : [])));
  if (spared.size === 0) return signalGroup(first, signal);
  if (first.ended) return;
  for (const pid of begun()) if (!spared.has(pid) && kinshipOf(pid)?.group === first.pid) sendSignal(pid, signal);
}

/** The first process counts also in the instant between fork and exec, when it does not carry the marker yet. */
function pidsOf({ first, marked }: ProcessTree): number[] {
  const pids = new Set(marked().map(({ pid }) => pid));
  if (!first.ended) pids.add(first.pid);
  return [...pids].toSorted((a, b) => a - b);
}
